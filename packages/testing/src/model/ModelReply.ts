import { z } from 'zod';

/** Tokens that a reply claims to have cost. What is unset is counted from the request and the reply, 4 bytes a token. */
export const ReplyUsage = z.strictObject({
  /** Everything that was read, cached tokens included. */
  input: z.int().min(0).optional(),
  output: z.int().min(0).optional(),
  reasoning: z.int().min(0).optional(),
  cacheRead: z.int().min(0).optional(),
  cacheWrite: z.int().min(0).optional(),
});
export type ReplyUsage = z.infer<typeof ReplyUsage>;

/** A call of one of the tools that the request offered. */
export const ToolCall = z.strictObject({
  id: z.string().optional(),
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).default({}),
});
export type ToolCall = z.infer<typeof ToolCall>;

/** What the fake model does with a request. */
export const ModelReply = z.strictObject({
  text: z.string().optional(),
  thinking: z.string().optional(),
  toolCalls: z.array(ToolCall).optional(),
  /** Why the model stopped; found from the rest when unset. */
  stop: z.enum(['end', 'tools', 'length', 'refusal']).optional(),
  usage: ReplyUsage.optional(),
  /** Before the first byte. */
  delayMs: z.int().min(0).optional(),
  /** Before each piece of a streamed reply. */
  tokenDelayMs: z.int().min(0).optional(),
  /** Length of a streamed piece, in characters; words when unset. */
  pieceLength: z.int().min(1).optional(),
  /** Cuts the connection: before the headers, or after so many pieces. */
  cut: z.union([z.literal('before'), z.int().min(0)]).optional(),
  /** Never answers. */
  hang: z.boolean().optional(),
  /** Answers with an error, in the provider's own shape. */
  error: z
    .strictObject({
      status: z.int().min(400).max(599),
      type: z.string().optional(),
      message: z.string().default('The fake model was told to fail.'),
      /** Seconds, for `Retry-After`. */
      retryAfter: z.number().min(0).optional(),
      /** Breaks off a streamed reply with the error after so many pieces, instead of answering with it. */
      afterPieces: z.int().min(0).optional(),
    })
    .optional(),
});
export type ModelReply = z.input<typeof ModelReply>;
