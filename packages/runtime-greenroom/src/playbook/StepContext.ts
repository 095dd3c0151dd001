import type { SessionContext } from '../sessions/SessionContext';
import type { Turn } from '../turns/Turn';
import type { Bodies, Verb } from './Step';

/** What a step leaves for later ones under `outputs.<set>`; every verb has `text`. */
export interface StepOutput extends Record<string, unknown> {
  text: string;
}

/** What a verb's work may use. */
export interface StepContext {
  turn: Turn;
  session: SessionContext;
  /** Calls tools of the session's MCP servers. */
  tools: ToolCaller;
  /** Asks the session's model, where there is one. */
  model?: ModelCaller;
  stepName: string;
  /** Aborted by a cancel of the turn and by the step's time-out. */
  signal: AbortSignal;
  timeoutMs: number;
  /** How far the playbook is, in steps. */
  progress: { done: number; total: number };
}

/** Does one verb. It throws a `StepError` when the step failed. */
export type VerbWork<V extends Verb> = (
  body: Bodies[V],
  context: StepContext,
) => Promise<StepOutput>;

/** Calls MCP tools by server and name. */
export interface ToolCaller {
  call(
    server: string,
    tool: string,
    args: Record<string, unknown>,
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<ToolAnswer>;
  close(): Promise<void>;
}

/** What a tool gave back. */
export interface ToolAnswer {
  text: string;
  structured?: unknown;
  isError: boolean;
}

/** One question to a model, without tools. */
export interface ModelCaller {
  ask(
    question: { prompt: string; schema?: Record<string, unknown> },
    options: { signal: AbortSignal; turn: Turn },
  ): Promise<{ text: string; json?: unknown }>;
}
