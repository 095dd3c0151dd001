import { type FileHandle, open } from 'node:fs/promises';
import type { LogOptions } from '../../apiserver/NodeProxy';
import type { ContainerLog } from './ContainerLog';
import { formatLogLine } from './formatLogLine';

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Streams a container's log as `kubectl logs` asks for it. With `follow`, `log` tells when there is more; a reader that is slow holds
 * nothing in memory, it goes on from the file.
 */
export async function* readLog(
  path: string,
  log: ContainerLog | undefined,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    let budget = options.limitBytes ?? Infinity;
    const start = await startOffset(file, options.tailLines);
    for await (const line of lines(
      file,
      start,
      options.follow ? log : undefined,
      signal,
    )) {
      const output = formatLogLine(line, options);
      if (!output) continue;
      yield output.length > budget ? output.subarray(0, budget) : output;
      budget -= output.length;
      if (budget <= 0) return;
    }
  } finally {
    await file.close();
  }
}

/** Where the last `count` lines begin, found from the end. */
async function startOffset(
  file: FileHandle,
  count: number | undefined,
): Promise<number> {
  if (count === undefined) return 0;
  const { size } = await file.stat();
  if (count === 0) return size;
  const block = Buffer.alloc(BLOCK_BYTES);
  let newlines = 0;
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, end - begin, begin);
    for (let at = bytesRead - 1; at >= 0; at--) {
      // The file's last byte ends the last line; the count-th one before it ends the line before ours.
      if (block[at] === NEWLINE && ++newlines > count) return begin + at + 1;
    }
    end = begin;
  }
  return 0;
}

async function* lines(
  file: FileHandle,
  start: number,
  followed: ContainerLog | undefined,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let position = start;
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    if (signal.aborted) return;
    // Asked before reading: what is written after the last read must not be missed.
    const isComplete = !followed || followed.isClosed;
    const waiting = new AbortController();
    const more = isComplete
      ? undefined
      : followed.changed(AbortSignal.any([signal, waiting.signal]));
    more?.catch(() => undefined);
    const block = Buffer.alloc(BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, position);
    if (bytesRead > 0) {
      waiting.abort();
      position += bytesRead;
      const data = Buffer.concat([rest, block.subarray(0, bytesRead)]);
      let from = 0;
      for (
        let end = data.indexOf(NEWLINE);
        end >= 0;
        end = data.indexOf(NEWLINE, from)
      ) {
        yield data.subarray(from, end);
        from = end + 1;
      }
      rest = data.subarray(from);
    } else if (isComplete) {
      return;
    } else {
      await more!.catch(() => undefined);
    }
  }
}
