import type { SessionEvent, SessionState } from '@greenroom/protocol';

/** What the journal knows about sessions, kept up to date and there again after a restart. */
export interface SessionStates {
  /** What a session's durable events add up to; `undefined` if nothing was recorded. */
  get(sessionId: string): SessionState | undefined;
  /** Why a session's record cannot be used, if it is damaged. */
  problem(sessionId: string): string | undefined;
  /** Durable events of a session in order, from the entry after `afterSeq` on; ends at the last one there is. */
  events(sessionId: string, afterSeq?: number): AsyncIterable<SessionEvent>;
  /** Calls `listener` with each batch of durable events; returns the function that ends it. */
  onEvents(
    listener: (sessionId: string, events: readonly SessionEvent[]) => void,
  ): () => void;
}
