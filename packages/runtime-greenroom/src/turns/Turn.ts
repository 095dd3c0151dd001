import type { Decision } from '../messages/Inject';

/** How a turn ended; a cancelled one is known by its signal. */
export type TurnOutcome =
  | { outcome: 'completed'; answer?: string }
  | { outcome: 'failed'; error: { reason: string; message: string } };

/** What a turn asks a person to allow. */
export interface PermissionRequest {
  action: string;
  reason: string;
  tool?: string;
  arguments?: Record<string, unknown>;
  timeoutMs: number;
}

/** What a turn asks a person to answer. */
export interface InputRequest {
  question: string;
  choices?: string[];
  default?: string;
  timeoutMs: number;
}

/** One piece of work in a session: from a message to its outcome. */
export interface Turn {
  readonly id: string;
  readonly kind: 'task' | 'message';
  readonly text: string;
  /** Aborted when the turn is cancelled, the session closed or the runtime shut down. */
  readonly signal: AbortSignal;
  /** Says something about the turn. A delta names the id of the durable event that will stand in its place. */
  emit(type: string, payload: Record<string, unknown>, eventId?: string): void;
  /** Resolves with what a person decided, or with `expired: true`; rejects when the turn is cancelled. */
  requestPermission(request: PermissionRequest): Promise<Decision>;
  /** Resolves with a person's answer, or with `expired: true`; rejects when the turn is cancelled. */
  requestInput(request: InputRequest): Promise<Decision>;
}

/** Does the turns of a session, one at a time. */
export interface TurnRunner {
  run(turn: Turn): Promise<TurnOutcome>;
  /** Releases what is kept between turns. */
  close?(): Promise<void>;
}
