import { z } from 'zod';
import { ModelReply } from './ModelReply';
import { lastText, type ModelRequest } from './ModelRequest';

/** Which requests a rule is for. All that is set must hold. */
export const RuleCondition = z.strictObject({
  api: z.enum(['anthropic', 'chat', 'responses']).optional(),
  model: z.string().optional(),
  /** In the last message. */
  contains: z.string().optional(),
  /** A regular expression over the last message. */
  matches: z.string().optional(),
  /** Anywhere in the conversation. */
  said: z.string().optional(),
  /** The last message answers tool calls. */
  afterTools: z.boolean().optional(),
  /** A tool of this name is on offer. */
  tool: z.string().optional(),
  /** How many times the model has spoken in this conversation. */
  turn: z.int().min(0).optional(),
  stream: z.boolean().optional(),
});
export type RuleCondition = z.infer<typeof RuleCondition>;

/** One line of a fake model's script. */
export const ModelRule = z.strictObject({
  name: z.string().optional(),
  when: RuleCondition.optional(),
  /** The rule holds for this many requests, then it is used up. */
  times: z.int().min(1).optional(),
  reply: ModelReply,
});

/** A rule; in a test its reply may be computed from the request. */
export type ModelRule = Omit<z.input<typeof ModelRule>, 'reply'> & {
  reply: ModelReply | ((request: ModelRequest) => ModelReply);
};

/** Whether a request is one of those that a condition is for. */
export function holds(
  condition: RuleCondition | undefined,
  request: ModelRequest,
): boolean {
  if (!condition) return true;
  const last = lastText(request);
  const { messages } = request;
  const tests: Record<keyof RuleCondition, (wanted: never) => boolean> = {
    api: (wanted: string) => request.api === wanted,
    model: (wanted: string) => request.model === wanted,
    contains: (wanted: string) => last.includes(wanted),
    matches: (wanted: string) => new RegExp(wanted).test(last),
    said: (wanted: string) =>
      messages.some(({ text }) => text.includes(wanted)),
    afterTools: (wanted: boolean) =>
      messages.slice(-1).some(each => each.toolResults.length > 0) === wanted,
    tool: (wanted: string) => request.tools.includes(wanted),
    turn: (wanted: number) =>
      messages.filter(({ role }) => role === 'assistant').length === wanted,
    stream: (wanted: boolean) => request.stream === wanted,
  };
  return Object.entries(condition).every(
    ([key, wanted]) =>
      wanted === undefined ||
      tests[key as keyof RuleCondition](wanted as never),
  );
}
