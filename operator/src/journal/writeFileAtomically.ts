import { open, rename } from 'node:fs/promises';

/** Replaces a file's content: a reader, or a crash, sees the old or the new one, never a mixture. */
export async function writeFileAtomically(
  file: string,
  content: string | Buffer,
): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
