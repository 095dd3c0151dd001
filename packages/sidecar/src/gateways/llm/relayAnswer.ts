import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UsageMeter } from './UsageMeter';
import type { UsageChunkFilter } from './UsageChunkFilter';

/** How a relayed answer ended. */
export type RelayEnd =
  | { ended: 'complete' }
  /** The provider broke off. `atEvent`: between two events of a stream, so that one more can be said. */
  | { ended: 'cut'; atEvent: boolean; error: Error }
  /** The client went, or the turn ended. */
  | { ended: 'stopped' };

export interface Relay {
  upstream: IncomingMessage;
  response: ServerResponse;
  meter: UsageMeter;
  filter: UsageChunkFilter | undefined;
  signal: AbortSignal;
  /** Called once, before the bytes that tell the client that the answer is complete. */
  onFinal(): void;
}

/**
 * Passes an answer on, chunk by chunk as it comes. The meter reads each chunk first: usage must be in the record before a client
 * can act on the end of the answer.
 */
export async function relayAnswer(relay: Relay): Promise<RelayEnd> {
  const { upstream, response, meter, filter, signal } = relay;
  let tail = '';
  try {
    for await (const chunk of upstream as AsyncIterable<Buffer>) {
      const wasFinal = meter.reading.isFinal === true;
      meter.take(chunk);
      if (!wasFinal && meter.reading.isFinal) relay.onFinal();
      tail = (tail + chunk.subarray(-2).toString('latin1')).slice(-2);
      await write(response, filter ? filter.push(chunk) : chunk, signal);
    }
  } catch (error) {
    if (signal.aborted) return { ended: 'stopped' };
    return {
      ended: 'cut',
      atEvent: tail === '' || tail === '\n\n',
      error: error as Error,
    };
  }
  const wasFinal = meter.reading.isFinal === true;
  meter.end();
  if (!wasFinal) relay.onFinal();
  if (filter) await write(response, filter.end(), signal);
  response.end();
  return { ended: 'complete' };
}

async function write(
  response: ServerResponse,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  if (bytes.length === 0 || response.write(bytes)) return;
  await once(response, 'drain', { signal });
}
