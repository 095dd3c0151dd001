import type { Logger } from 'pino';
import type { ObjectKey } from '../objects/ObjectKey';

/** When to come back without being told by an event. */
export interface ReconcileResult {
  /** Milliseconds; an event that comes earlier replaces the visit. */
  requeueAfter?: number;
}

/** Nothing more to do until something changes. */
export const done: ReconcileResult = Object.freeze({});

/** What a reconciler is given besides the key. */
export interface ReconcileContext {
  /** Aborts when the controller is to stop. */
  signal: AbortSignal;
  log: Logger;
}

/**
 * Brings one object to its wanted state. Level-triggered: told only which object, it reads everything anew. It is never called for one key
 * twice at a time. An error is retried with back-off; a {@link TerminalError} is not.
 */
export interface Reconciler {
  reconcile(
    key: ObjectKey,
    context: ReconcileContext,
  ): Promise<ReconcileResult | void>;
}

/** A failure that trying again cannot mend before the object changes. */
export class TerminalError extends Error {
  readonly name = 'TerminalError';
}
