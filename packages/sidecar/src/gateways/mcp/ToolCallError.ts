/** A call that cannot be made, or came to nothing. The message is for the model: what happened, why, and what to do. */
export class ToolCallError extends Error {
  readonly name = 'ToolCallError';
}
