import type { ModelReply, ReplyUsage } from './ModelReply';
import type { ModelRequest } from './ModelRequest';

/** A reply with all that a wire format needs to write it. */
export interface PlannedReply {
  id: string;
  text: string;
  thinking: string;
  toolCalls: { id: string; name: string; arguments: string }[];
  stop: 'end' | 'tools' | 'length' | 'refusal';
  usage: Required<ReplyUsage>;
  /** Divides a text into the pieces of a stream. */
  pieces(text: string): string[];
}

/** Providers count about four bytes to a token; exact counts come from `usage` in the rule. */
const BYTES_PER_TOKEN = 4;

function estimate(value: unknown): number {
  return Math.ceil(
    Buffer.byteLength(JSON.stringify(value) ?? '') / BYTES_PER_TOKEN,
  );
}

/** Works a scripted reply out: ids, the reason to stop, usage. `number` makes ids that no other reply has. */
export function planReply(
  reply: ModelReply,
  request: ModelRequest,
  number: number,
): PlannedReply {
  const { text = '', thinking = '', usage, pieceLength } = reply;
  const toolCalls = (reply.toolCalls ?? []).map((call, index) => ({
    id: call.id ?? `call_${number}_${index + 1}`,
    name: call.name,
    arguments: JSON.stringify(call.arguments ?? {}),
  }));
  return {
    id: `fake-${number}`,
    text,
    thinking,
    toolCalls,
    stop: reply.stop ?? (toolCalls.length ? 'tools' : 'end'),
    usage: {
      input: usage?.input ?? estimate(request.body),
      output: usage?.output ?? estimate([text, thinking, toolCalls]),
      reasoning: usage?.reasoning ?? (thinking ? estimate(thinking) : 0),
      cacheRead: usage?.cacheRead ?? 0,
      cacheWrite: usage?.cacheWrite ?? 0,
    },
    pieces: each =>
      pieceLength
        ? Array.from(
            { length: Math.ceil(each.length / pieceLength) },
            (_, index) =>
              each.slice(index * pieceLength, (index + 1) * pieceLength),
          )
        : each.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? [],
  };
}
