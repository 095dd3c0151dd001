const LF = 0x0a;
const CR = 0x0d;
/** Longer than any chunk of usage; what is longer is passed on as it is. */
const LONGEST_HELD_BYTES = 64 * 1024;

/**
 * Takes the chunk of usage out of a Chat Completions stream for clients that did not ask for it: it has no choices, and many
 * look at the first one without a look. All other bytes pass as they are, up to the end of the last whole event.
 */
export class UsageChunkFilter {
  private held: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer {
    let rest = this.held.length ? Buffer.concat([this.held, chunk]) : chunk;
    const passed: Buffer[] = [];
    for (let end = eventEnd(rest); end > 0; end = eventEnd(rest)) {
      const event = rest.subarray(0, end);
      rest = rest.subarray(end);
      if (!isUsageChunk(event)) passed.push(event);
    }
    if (rest.length > LONGEST_HELD_BYTES) {
      passed.push(rest);
      rest = Buffer.alloc(0);
    }
    // The chunk is the stream's; what waits must not keep all of it alive.
    this.held = Buffer.from(rest);
    return passed.length === 1 ? passed[0] : Buffer.concat(passed);
  }

  end(): Buffer {
    return this.held;
  }
}

/** Behind the first empty line, whichever line ends the server writes; 0 when there is none. */
function eventEnd(bytes: Buffer): number {
  for (let line = bytes.indexOf(LF); line !== -1; ) {
    const next = bytes[line + 1] === CR ? line + 2 : line + 1;
    if (bytes[next] === LF) return next + 1;
    line = bytes.indexOf(LF, line + 1);
  }
  return 0;
}

function isUsageChunk(event: Buffer): boolean {
  const text = event.toString('utf8');
  if (!text.startsWith('data:') || !/"choices"\s*:\s*\[\s*\]/.test(text))
    return false;
  try {
    const chunk = JSON.parse(text.slice('data:'.length));
    return Boolean(chunk.usage) && chunk.choices.length === 0;
  } catch {
    return false;
  }
}
