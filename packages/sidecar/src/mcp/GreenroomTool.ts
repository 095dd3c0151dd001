import type { z } from 'zod';
import type { HeldSession } from '../log/HeldSession';

/** What a tool of the `greenroom` server knows of its call. */
export interface ToolCall {
  session: HeldSession;
  /** Equal for a call that is repeated. */
  callId: string;
  /** Aborts when the caller goes away, or the turn ends. */
  signal: AbortSignal;
  /** Tells the caller that its call still waits. */
  progress(message: string): void;
}

/** What a tool answers: words for the model, and the same as fields. */
export interface ToolAnswer {
  text: string;
  structured?: Record<string, unknown>;
  isError?: boolean;
}

/** One tool by which an agent speaks deliberately. */
export interface GreenroomTool<Schema extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  /** For the model. */
  description: string;
  input: Schema;
  run(input: z.output<Schema>, call: ToolCall): Promise<ToolAnswer>;
}

/** Keeps a tool's input type. */
export function defineTool<Schema extends z.ZodObject>(
  tool: GreenroomTool<Schema>,
): GreenroomTool {
  return tool as unknown as GreenroomTool;
}
