import type { IncomingHttpHeaders } from 'node:http';

/** The wire formats that the fake model speaks. */
export type ModelApi = 'anthropic' | 'chat' | 'responses';

/** One message of a conversation, whatever the wire format. */
export interface ModelMessage {
  role: 'user' | 'assistant' | 'system' | 'tool';
  text: string;
  toolCalls: { id: string; name: string }[];
  /** Ids of the calls that this message answers. */
  toolResults: string[];
}

/** What a wire format's body says. */
export interface ModelPrompt {
  model: string;
  stream: boolean;
  system: string;
  messages: ModelMessage[];
  /** Names of the tools on offer. */
  tools: string[];
  maxTokens?: number;
  /** Only Chat Completions leaves usage out of a stream unless it is asked for. */
  streamUsage: boolean;
}

/** A request that the fake model received, and what became of it. */
export interface ModelRequest extends ModelPrompt {
  api: ModelApi;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
  /** Milliseconds since 1970. */
  receivedAt: number;
  /** Name or number of the rule that answered. */
  rule?: string;
  outcome: 'running' | 'answered' | 'refused' | 'cut' | 'aborted';
  endedAt?: number;
}

/** What the conversation said last: the text of its last message. */
export function lastText({ messages }: ModelPrompt): string {
  return messages[messages.length - 1]?.text ?? '';
}
