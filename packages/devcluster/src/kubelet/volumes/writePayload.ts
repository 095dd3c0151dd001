import { randomBytes } from 'node:crypto';
import {
  chmod,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { type PayloadFile, VolumeError } from './PayloadFile';

/** The link that is moved to publish a new version; kubelets name it so, and programs watch it. */
const DATA_LINK = '..data';

/**
 * Gives a folder exactly these files, all at once: they are written beside the present ones, then one link is moved. Who reads sees all
 * old or all new ones. Says whether anything changed.
 */
export async function writePayload(
  folder: string,
  files: readonly PayloadFile[],
): Promise<boolean> {
  for (const { path } of files) assertInside(path);
  await mkdir(folder, { recursive: true });
  const data = join(folder, DATA_LINK);
  const present = await readlink(data).catch(() => undefined);
  if (present !== undefined && (await isSame(data, files))) return false;
  const version = `..${randomBytes(6).toString('hex')}`;
  for (const file of files) {
    const target = join(folder, version, file.path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, file.content, { mode: file.mode });
    await chmod(target, file.mode); // writeFile's mode is cut by the umask
  }
  await mkdir(join(folder, version), { recursive: true });
  const link = join(folder, `..link_${version}`);
  await symlink(version, link);
  await rename(link, data);
  await linkNames(folder, files);
  if (present) await rm(join(folder, present), { recursive: true });
  return true;
}

async function isSame(
  data: string,
  files: readonly PayloadFile[],
): Promise<boolean> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  if (entries.filter(entry => entry.isFile()).length !== files.length) {
    return false;
  }
  for (const { path, content, mode } of files) {
    const file = join(data, path);
    try {
      if (!content.equals(await readFile(file))) return false;
      // eslint-disable-next-line no-bitwise
      if (((await stat(file)).mode & 0o777) !== mode) return false;
    } catch {
      return false;
    }
  }
  return true;
}

/** Each first component of a path is a link into the published version. */
async function linkNames(
  folder: string,
  files: readonly PayloadFile[],
): Promise<void> {
  const names = new Set(files.map(({ path }) => normalize(path).split('/')[0]));
  for (const name of await readdir(folder)) {
    if (name.startsWith('..')) continue;
    if (!names.delete(name)) await rm(join(folder, name), { force: true });
  }
  for (const name of names) {
    await symlink(join(DATA_LINK, name), join(folder, name));
  }
}

function assertInside(path: string): void {
  const normal = normalize(path);
  if (normal.startsWith('..') || normal.startsWith('/') || normal === '.') {
    throw new VolumeError(
      `the file path "${path}" leads out of the volume; use a relative path that does not begin with ".."`,
    );
  }
}
