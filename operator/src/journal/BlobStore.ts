import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { JournalError } from './JournalError';
import { sessionDirectory } from './SessionFiles';

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** Large payloads of sessions, each in its session's folder under its digest, so that retention takes them along. */
export class BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  has(sessionId: string, digest: string): boolean {
    return existsSync(this.#file(sessionId, digest));
  }

  read(sessionId: string, digest: string): Readable {
    return createReadStream(this.#file(sessionId, digest));
  }

  /**
   * Stores a blob durably. Throws {@link JournalError} `Invalid` if it is longer than `maxBytes` or its bytes have another digest; then
   * nothing is kept.
   */
  async put(
    sessionId: string,
    digest: string,
    content: AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<void> {
    const file = this.#file(sessionId, digest);
    const folder = join(file, '..');
    await mkdir(folder, { recursive: true });
    const temporary = join(folder, `.${randomUUID()}`);
    const handle = await open(temporary, 'wx');
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of content) {
        bytes += chunk.length;
        if (bytes > maxBytes) {
          throw new JournalError(
            'Invalid',
            `Blob ${digest} is longer than ${maxBytes} bytes, the most that is taken.`,
          );
        }
        hash.update(chunk);
        await handle.writeFile(chunk);
      }
      const found = hash.digest('hex');
      if (found !== digest) {
        throw new JournalError(
          'Invalid',
          `The bytes sent as blob ${digest} have digest ${found}.`,
        );
      }
      await handle.sync();
      await handle.close();
      await rename(temporary, file);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
  }

  #file(sessionId: string, digest: string): string {
    if (!SHA256_HEX.test(digest)) {
      throw new JournalError(
        'Invalid',
        `"${digest.slice(
          0,
          80,
        )}" is no SHA-256 digest: 64 hexadecimal digits in lower case.`,
      );
    }
    return join(sessionDirectory(this.#root, sessionId), 'blobs', digest);
  }
}
