const EVENT_END = Buffer.from('\n\n');
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
    for (
      let end = rest.indexOf(EVENT_END);
      end !== -1;
      end = rest.indexOf(EVENT_END)
    ) {
      const event = rest.subarray(0, end + EVENT_END.length);
      rest = rest.subarray(event.length);
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
