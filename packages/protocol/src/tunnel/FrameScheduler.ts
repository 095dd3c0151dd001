import type { TunnelStream } from './TunnelStream';

/**
 * Which stream sends the next frame: of the lowest class that can send, the one that sent the fewest bytes.
 *
 * A stream that had nothing to send does not save up turns: it goes on where the others of its class are.
 */
export function nextSender(
  streams: Iterable<TunnelStream>,
): TunnelStream | undefined {
  let next: TunnelStream | undefined;
  for (const stream of streams) {
    if (!stream.isSendable) continue;
    const isAhead =
      !next ||
      stream.priority < next.priority ||
      (stream.priority === next.priority && stream.served < next.served);
    if (isAhead) next = stream;
  }
  return next;
}

/** Where a stream that begins to send stands among those of its class that are sending. */
export function startOfService(
  stream: TunnelStream,
  streams: Iterable<TunnelStream>,
): number {
  let least = Infinity;
  for (const other of streams) {
    const competes =
      other !== stream &&
      other.priority === stream.priority &&
      other.isSendable;
    if (competes) least = Math.min(least, other.served);
  }
  return least === Infinity ? stream.served : Math.max(stream.served, least);
}
