import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/** The lines of a stream of bytes, without their ends; characters split over chunks stay whole. */
export async function* readLines(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      rest.push(chunk.subarray(start, end));
      const line = rest.length === 1 ? rest[0] : Buffer.concat(rest);
      rest = [];
      start = end + 1;
      if (line.length) yield line.toString('utf8');
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  // What follows the last line's end is a torn event: a resumed watch sends it again.
}
