import type { EventStream } from '../events/EventStream';
import type { Inject } from '../messages/Inject';
import type { SessionOpen } from '../messages/SessionOpen';
import type { TurnRunner } from '../turns/Turn';
import { RememberedIds } from './RememberedIds';
import { RuntimeSession } from './RuntimeSession';
import {
  sessionContext,
  type RuntimeSettings,
  type SessionContext,
} from './SessionContext';

/** More than a sidecar can have in flight; it repeats only what it has not seen accepted. */
const REMEMBERED_INPUTS = 100_000;

/** What became of a message; a sentence where it was not taken. */
export type Acceptance =
  | { accepted: true; duplicate?: boolean }
  | { accepted: false; status: 404 | 409 | 429; message: string };

/** Makes what does a session's turns. */
export type RunnerFactory = (context: SessionContext) => TurnRunner;

/** All sessions of this process. */
export class Sessions {
  private readonly sessions = new Map<string, RuntimeSession>();
  private readonly inputs = new RememberedIds(REMEMBERED_INPUTS);

  constructor(
    private readonly settings: RuntimeSettings,
    private readonly events: EventStream,
    private readonly runnerFor: RunnerFactory,
  ) {}

  /** Opens a session; opening one that is open changes nothing, so that a sidecar may come back. */
  open(open: SessionOpen): 'opened' | 'already open' {
    if (this.sessions.has(open.session_id)) return 'already open';
    const runner = this.runnerFor(sessionContext(open, this.settings));
    this.sessions.set(
      open.session_id,
      new RuntimeSession(open.session_id, runner, this.events),
    );
    return 'opened';
  }

  inject(inject: Inject): Acceptance {
    const session = this.find(inject.session_id);
    if (!session) return unknownSession(inject.session_id);
    if (inject.event_id && !this.inputs.add(inject.event_id)) {
      return { accepted: true, duplicate: true };
    }
    if (inject.kind === 'answer') {
      if (session.answer(inject)) return { accepted: true };
      if (inject.event_id) this.inputs.forget(inject.event_id);
      return {
        accepted: false,
        status: 409,
        message: `Nothing waits for an answer to request "${inject.request_id}" in session "${session.id}": it was answered, it expired, or its turn ended.`,
      };
    }
    if (session.enqueue(inject)) return { accepted: true };
    if (inject.event_id) this.inputs.forget(inject.event_id);
    return {
      accepted: false,
      status: 429,
      message: `Session "${session.id}" has too many messages waiting. Send this one again when a turn has ended.`,
    };
  }

  cancel(
    sessionId: string,
    turnId: string | undefined,
    reason: string,
  ): Acceptance {
    const session = this.sessions.get(sessionId);
    if (!session) return unknownSession(sessionId);
    session.cancel(turnId, reason);
    return { accepted: true };
  }

  /** Ends a session and its work; one that is not open is closed already. */
  async close(sessionId: string): Promise<void> {
    const session = this.sessions.get(sessionId);
    this.sessions.delete(sessionId);
    await session?.close('The session was closed');
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.sessions.keys()].map(id => this.close(id)));
  }

  /** A message that names no session means the only one there is. */
  private find(id: string | undefined): RuntimeSession | undefined {
    if (id !== undefined) return this.sessions.get(id);
    if (this.sessions.size !== 1) return undefined;
    return this.sessions.values().next().value;
  }
}

function unknownSession(id: string | undefined): Acceptance {
  return {
    accepted: false,
    status: 404,
    message: id
      ? `Session "${id}" is not open. Open it with POST /open first.`
      : 'Name the session in "session_id": there is not exactly one open.',
  };
}
