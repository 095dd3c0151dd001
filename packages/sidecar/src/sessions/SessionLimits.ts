import type { HeldSession } from '../log/HeldSession';
import { decideLimit } from './decideLimit';
import type { SessionCloser } from './SessionCloser';
import type { SessionDesk } from './SessionDesk';

/** Often enough for limits that people set in minutes. */
const CHECK_MS = 1_000;

/** Ends sessions whose time is over: all of it, or the time that they may idle. */
export class SessionLimits {
  private readonly watched = new Map<string, { timer: NodeJS.Timeout }>();

  constructor(
    private readonly desk: SessionDesk,
    private readonly closer: SessionCloser,
  ) {}

  /** Begins to watch a session that has limits. */
  watch(session: HeldSession): void {
    const { timeout_ms: timeoutMs, idle_timeout_ms: idleTimeoutMs } =
      session.opening;
    if (this.watched.has(session.id) || (!timeoutMs && !idleTimeoutMs)) return;
    const { now = Date.now, signal } = this.desk.options;
    const openedAt = now();
    let active = { seq: session.seq, at: openedAt };
    const timer = setInterval(() => {
      if (session.state !== 'open' || signal.aborted) {
        this.forget(session.id);
        return;
      }
      const isBusy = this.desk.turns.of(session).length > 0;
      if (isBusy || session.seq !== active.seq) {
        active = { seq: session.seq, at: now() };
      }
      const limits = { timeoutMs, idleTimeoutMs };
      const over = decideLimit(limits, {
        openedAt,
        activeAt: active.at,
        now: now(),
      });
      if (!over) return;
      this.forget(session.id);
      void this.closer.close(session.id, over);
    }, CHECK_MS);
    timer.unref();
    this.watched.set(session.id, { timer });
  }

  forget(sessionId: string): void {
    clearInterval(this.watched.get(sessionId)?.timer);
    this.watched.delete(sessionId);
  }
}
