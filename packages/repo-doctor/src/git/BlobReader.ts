import type { Git } from './Git';

/** A blob's content. */
export interface Blob {
  id: string;
  content: Buffer;
}

/** Reads many blobs through one git process, in the order asked. Missing ones (partial clones) are left out. */
export async function* readBlobs(
  git: Git,
  ids: Iterable<string>,
): AsyncGenerator<Blob> {
  const input = [...ids];
  if (!input.length) return;
  const output = git.stream(['cat-file', '--batch', '--buffer'], {
    input: `${input.join('\n')}\n`,
  });
  let pending = Buffer.alloc(0);
  for await (const chunk of output) {
    pending = pending.length ? Buffer.concat([pending, chunk]) : chunk;
    for (;;) {
      const lineEnd = pending.indexOf(10);
      if (lineEnd < 0) break;
      const [id, type, size] = pending
        .toString('latin1', 0, lineEnd)
        .split(' ');
      if (type === 'missing' || size === undefined) {
        pending = pending.subarray(lineEnd + 1);
        continue;
      }
      const end = lineEnd + 1 + Number(size);
      // Each object is followed by a newline of its own.
      if (pending.length < end + 1) break;
      yield { id, content: pending.subarray(lineEnd + 1, end) };
      pending = pending.subarray(end + 1);
    }
  }
}
