/** A message of a conversation in the form of the model library; nobody else looks inside. */
export type ConversationMessage = object;

/** A tool as a model sees it. */
export interface ToolDescription {
  name: string;
  description: string;
  /** JSON Schema of its arguments. */
  inputSchema: Record<string, unknown>;
}

/** A call of a tool that the model asks for. */
export interface ToolCall {
  id: string;
  name: string;
  input: Record<string, unknown>;
  /** Why the call cannot be carried out as it is, such as arguments that are not JSON. */
  problem?: string;
}

/** What a tool gave back to the model. */
export interface ToolOutcome {
  call: ToolCall;
  text: string;
  isError: boolean;
}

/** What arrives while the model speaks. Blocks begin and end; deltas lie between. */
export type ModelPart =
  | { kind: 'begin' | 'end'; block: string; of: 'text' | 'thinking' }
  | { kind: 'delta'; block: string; of: 'text' | 'thinking'; text: string };

/** Tokens of one call; what the provider does not tell is missing. */
export interface ModelUsage {
  inputTokens?: number;
  outputTokens?: number;
  cacheReadTokens?: number;
  cacheWriteTokens?: number;
  reasoningTokens?: number;
}

/** One answer of the model. */
export interface ModelAnswer {
  /** The answer as messages to go on from. */
  messages: ConversationMessage[];
  text: string;
  toolCalls: ToolCall[];
  /** `length`: cut at the longest output. */
  finish: 'stop' | 'tools' | 'length' | 'other';
  usage: ModelUsage;
}

/** What a model is asked. */
export interface ModelQuestion {
  instructions: string;
  messages: ConversationMessage[];
  tools: ToolDescription[];
  signal: AbortSignal;
}

/** A model behind the sidecar. */
export interface ModelClient {
  /** Name of the Model object. */
  readonly name: string;
  readonly provider: string;
  /**
   * Asks once. Parts are handed over as they arrive.
   *
   * @throws {ModelCallError} when the call fails; the reason for the abort when it was aborted.
   */
  ask(
    question: ModelQuestion,
    onPart: (part: ModelPart) => void,
  ): Promise<ModelAnswer>;
  userMessage(text: string): ConversationMessage;
  toolMessage(outcomes: readonly ToolOutcome[]): ConversationMessage;
}
