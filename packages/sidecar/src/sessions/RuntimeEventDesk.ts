import type { HeldSession } from '../log/HeldSession';
import type { ReadMark } from '../log/LogRecord';
import type { RuntimeEvent } from '../runtime/RuntimeDriver';
import {
  decideRuntimeEvent,
  type RuntimeEventDecision,
} from './decideRuntimeEvent';
import { normaliseRuntimeEvent } from './normaliseRuntimeEvent';
import type { SessionCloser } from './SessionCloser';
import type { SessionDesk } from './SessionDesk';

type Recording = Extract<RuntimeEventDecision, { act: 'record' }>;

/** Takes in what the runtime says, in the order of its stream. */
export class RuntimeEventDesk {
  constructor(
    private readonly desk: SessionDesk,
    private readonly closer: SessionCloser,
  ) {}

  async take(raw: RuntimeEvent, mark: ReadMark): Promise<void> {
    const { artifacts, log } = this.desk.options;
    const event = normaliseRuntimeEvent(raw);
    const session = this.sessionOf(event);
    if (!session) {
      await log.record({ r: 'read', mark });
      return;
    }
    const decision = decideRuntimeEvent({
      event,
      turn: session.turn,
      expectedTurn: this.desk.turns.next(session),
      hasSeen: id => session.seen.has(id),
      hasEnded: id => this.desk.turns.hasEnded(id),
    });
    if (decision.act === 'ignore') await log.record({ r: 'read', mark });
    else if (decision.act === 'show') {
      artifacts.showDelta(session.id, decision.event, decision.turnId);
    } else await this.record(session, event, mark, decision);
  }

  private async record(
    session: HeldSession,
    event: RuntimeEvent,
    mark: ReadMark,
    { events, then }: Recording,
  ): Promise<void> {
    const { artifacts, approvals } = this.desk.options;
    let last: { id: string } | undefined;
    for (const [index, { type, payload, turnId, turn }] of events.entries()) {
      // The last stands for the runtime's own event; only with it is that event read.
      const isLast = index === events.length - 1;
      last = await this.desk.emit(
        session.id,
        {
          type,
          payload: await artifacts.completeOrExplain(session.id, type, payload),
          ...(isLast && event.eventId && { id: event.eventId }),
          ...(turnId && { turnId }),
          ...(event.causationId && { causationId: event.causationId }),
        },
        {
          emitter: 'runtime',
          // The stream is read on while the disk works; the mark below is written with the event, so nothing is lost.
          until: 'placed',
          ...(isLast && event.eventId && { source: event.eventId }),
          ...(isLast && { mark }),
          ...(turn !== undefined && { turn }),
        },
      );
      await this.desk.turnChanged(session, type, turnId);
    }
    if (then === 'ask') await approvals.askForRuntime(session, event, last?.id);
    if (then === 'endSession') {
      const state = event.type === 'session.failed' ? 'failed' : 'closed';
      await this.closer.end(session, state);
    }
  }

  /** The session that an event belongs to; a runtime that names none has one. */
  private sessionOf(event: RuntimeEvent): HeldSession | undefined {
    const named = event.sessionId ? this.desk.get(event.sessionId) : undefined;
    if (named) return named.state === 'open' ? named : undefined;
    const { driver } = this.desk.options;
    if (event.sessionId && driver.reportsTurns) return undefined;
    const open = this.desk.open();
    return open.length === 1 ? open[0] : undefined;
  }
}
