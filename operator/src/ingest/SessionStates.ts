import type { SessionState } from '@greenroom/protocol';

/** What the journal knows about sessions, kept up to date and there again after a restart. */
export interface SessionStates {
  get(sessionId: string): SessionState | undefined;
  /** Calls `listener` after each durable change; returns the function that ends it. */
  on(event: 'session', listener: (sessionId: string) => void): () => void;
}
