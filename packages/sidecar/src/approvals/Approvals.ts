import type {
  ApprovalDecision,
  IngestParams,
  IngestResult,
  OperatorMessageOf,
} from '@greenroom/protocol';
import { v5 } from 'uuid';
import { decideAskAgain } from './decideAskAgain';
import type { OperatorCalls } from '../ingest/OperatorCalls';
import type { HeldSession } from '../log/HeldSession';
import type { PendingAsk } from '../log/LogRecord';
import type { SessionLog } from '../log/SessionLog';
import type { EventDraft } from '../pipeline/EventDraft';
import type { RuntimeEvent, RuntimeInput } from '../runtime/RuntimeDriver';

/** What is asked of people. `requestId` makes asking twice harmless. */
export type ApprovalRequest = Omit<
  IngestParams<'create_approval'>,
  'session_id'
>;

/** What people, or the time-out, said. */
export type Answer = Omit<ApprovalDecision, 'session_id'>;

/** The request will never be answered; the message says why. */
export class RequestEndedError extends Error {
  readonly name = 'RequestEndedError';
}

/** What approvals work with. */
export interface ApprovalsOptions {
  log: SessionLog;
  calls: OperatorCalls;
  emitSystem(
    sessionId: string,
    draft: Pick<EventDraft, 'type' | 'payload' | 'turnId' | 'causationId'>,
  ): Promise<void>;
  /** Redacts what people will read in an Approval object. */
  redact(request: ApprovalRequest): Promise<ApprovalRequest>;
  warn(fact: Record<string, unknown>, message: string): void;
}

/** Namespace of request ids that are made here for runtimes that give none. */
const REQUEST_IDS = '6f1b7c0e-53a7-4c5d-9a37-0d1f0a6f7d11';

interface Waiter {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * Requests that people must answer: made into Approval objects by the operator, remembered over restarts, answered once, to the
 * runtime or to whoever waits in this process.
 */
export class Approvals {
  private readonly waiters = new Map<string, Waiter[]>();
  private deliver: (input: RuntimeInput) => Promise<void> = () =>
    Promise.reject(new Error('nothing brings answers to the runtime yet'));

  constructor(private readonly options: ApprovalsOptions) {}

  /** Says what brings an answer to the runtime. */
  answerBy(deliver: (input: RuntimeInput) => Promise<void>): void {
    this.deliver = deliver;
  }

  /** A permission or input request that the runtime emitted; it is answered by an inject of kind `answer`. */
  async askForRuntime(
    session: HeldSession,
    event: RuntimeEvent,
    causationId: string | undefined,
  ): Promise<void> {
    const fields = (event.payload ?? {}) as Record<string, never>;
    const type =
      event.type === 'agent.permission_request' ? 'Permission' : 'Question';
    const request_id: string =
      fields.request_id ??
      v5(causationId ?? JSON.stringify(fields), REQUEST_IDS);
    await this.hold(session, {
      requestId: request_id,
      type,
      ...((event.turnId ?? session.turn?.id) && {
        turnId: event.turnId ?? session.turn?.id,
      }),
      params: await this.params({ ...fields, request_id, type }),
      answerTo: 'runtime',
    });
  }

  /**
   * Asks and waits for the answer, for as long as it takes: the operator ends it when its time is over.
   *
   * @throws {@link RequestEndedError} when the session or turn ends first, or the signal aborts
   */
  async request(
    session: HeldSession,
    request: ApprovalRequest,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const known = session.asks.get(request.request_id);
    if (!known) {
      await this.hold(session, {
        requestId: request.request_id,
        type: request.type,
        ...(session.turn && { turnId: session.turn.id }),
        params: await this.params(request),
        answerTo: 'caller',
      });
    }
    if (!session.asks.has(request.request_id)) {
      throw new RequestEndedError('The turn ended before anybody answered.');
    }
    return await this.wait(session.id, request.request_id, signal);
  }

  /** `decision`: recorded, then handed to whoever asked. */
  async decided(
    decision: Omit<OperatorMessageOf<'decision'>, 'type'>,
  ): Promise<void> {
    const { session_id, request_id, approval, approved, expired, ...rest } =
      decision;
    const session = this.options.log.state.sessions.get(session_id);
    const ask = session?.asks.get(request_id);
    if (!session || !ask) return;
    // First what cannot be repeated harmlessly: the answer. The ids make the event and the inject safe to do again.
    if (ask.answerTo === 'runtime')
      await this.answerRuntime(session, ask, decision);
    await this.options.log.record({
      r: 'answered',
      s: session_id,
      request: request_id,
    });
    const { answer, reason, edited_arguments, decided_by } = rest;
    await this.options.emitSystem(session_id, {
      type: expired ? 'approval.expired' : 'approval.decided',
      payload: {
        request_id,
        approval,
        approved,
        ...(answer !== undefined && { answer }),
        ...(reason && { reason }),
        ...(!expired && edited_arguments && { edited_arguments }),
        ...(!expired && decided_by && { decided_by }),
      },
      ...(ask.turnId && { turnId: ask.turnId }),
    });
    this.settle(session_id, request_id, waiter => waiter.resolve(decision));
  }

  /** The connection is up: asks again for everything that is open. The operator answers what it has already. */
  async resume(sessions: Iterable<HeldSession>): Promise<void> {
    for (const session of sessions) {
      for (const ask of session.asks.values()) void this.create(session, ask);
    }
  }

  /** The turn is over, and with it what it asked. */
  async turnEnded(session: HeldSession, turnId: string): Promise<void> {
    const over = [...session.asks.values()].filter(
      ask => ask.turnId === turnId,
    );
    if (over.length === 0) return;
    await this.options.log.record(
      ...over.map(ask => ({
        r: 'answered' as const,
        s: session.id,
        request: ask.requestId,
      })),
    );
    for (const { requestId } of over) {
      this.settle(session.id, requestId, waiter =>
        waiter.reject(
          new RequestEndedError('The turn ended before anybody answered.'),
        ),
      );
    }
  }

  sessionEnded(session: HeldSession): void {
    for (const { requestId } of session.asks.values()) {
      this.settle(session.id, requestId, waiter =>
        waiter.reject(
          new RequestEndedError('The session ended before anybody answered.'),
        ),
      );
    }
  }

  private async params(
    request: ApprovalRequest,
  ): Promise<Record<string, unknown>> {
    return { ...(await this.options.redact(request)) };
  }

  private async hold(session: HeldSession, ask: PendingAsk): Promise<void> {
    if (session.asks.has(ask.requestId)) return;
    await this.options.log.record({ r: 'ask', s: session.id, ask });
    void this.create(session, ask);
  }

  private async create(session: HeldSession, ask: PendingAsk): Promise<void> {
    const { calls, log } = this.options;
    const params = {
      ...ask.params,
      session_id: session.id,
    } as IngestParams<'create_approval'>;
    for (let attempt = 1; session.asks.has(ask.requestId); attempt++) {
      try {
        const made = await calls.call('create_approval', params);
        // Another attempt, after a reconnect, may have been first.
        const current = session.asks.get(ask.requestId);
        if (!current || current.approval) return;
        await log.record({
          r: 'asked',
          s: session.id,
          request: ask.requestId,
          approval: made.name,
        });
        await this.options.emitSystem(session.id, {
          type: 'approval.requested',
          payload: requestedPayload(params, made),
          ...(ask.turnId && { turnId: ask.turnId }),
        });
        return;
      } catch (error) {
        const next = decideAskAgain(error as Error, attempt);
        if (next.act === 'stop') return;
        if (next.act === 'refuse') {
          await this.refused(session, ask, (error as Error).message);
          return;
        }
        await new Promise(resolve => setTimeout(resolve, next.afterMs));
      }
    }
  }

  /** No Approval can be made: the request is answered with no, and why. */
  private async refused(
    session: HeldSession,
    ask: PendingAsk,
    message: string,
  ): Promise<void> {
    await this.decided({
      session_id: session.id,
      request_id: ask.requestId,
      approval: ask.approval ?? 'none',
      approved: false,
      reason: `The request could not be put before people: ${message}`,
    });
  }

  private async answerRuntime(
    session: HeldSession,
    ask: PendingAsk,
    answer: Answer,
  ): Promise<void> {
    const {
      approved,
      reason,
      answer: text,
      edited_arguments,
      expired,
      decided_by,
    } = answer;
    try {
      await this.deliver({
        text: text ?? (approved ? 'approved' : reason ?? 'rejected'),
        session_id: session.id,
        event_id: `decision:${ask.requestId}`,
        kind: 'answer',
        request_id: ask.requestId,
        decision: dropUndefined({
          approved,
          reason,
          answer: text,
          edited_arguments,
          expired,
          decided_by,
        }) as RuntimeInput['decision'],
      });
    } catch (error) {
      this.options.warn(
        { session: session.id, request: ask.requestId, err: error },
        'the runtime did not take an answer',
      );
    }
  }

  private wait(
    sessionId: string,
    requestId: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const key = `${sessionId}/${requestId}`;
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.waiters.set(key, [...(this.waiters.get(key) ?? []), waiter]);
      const stop = () => {
        this.waiters.set(
          key,
          (this.waiters.get(key) ?? []).filter(each => each !== waiter),
        );
        reject(new RequestEndedError('The work that asked was stopped.'));
      };
      // A signal that aborted while the request was written down says so no more.
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }

  private settle(
    sessionId: string,
    requestId: string,
    tell: (waiter: Waiter) => void,
  ): void {
    const key = `${sessionId}/${requestId}`;
    const waiters = this.waiters.get(key) ?? [];
    this.waiters.delete(key);
    for (const waiter of waiters) tell(waiter);
  }
}

function dropUndefined<Fields extends Record<string, unknown>>(
  fields: Fields,
): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<Fields>;
}

/** The event that tells of an Approval, from what was asked for and what was made. */
function requestedPayload(
  asked: IngestParams<'create_approval'>,
  { name, expires_at }: IngestResult<'create_approval'>,
): Record<string, unknown> {
  const { request_id, type, action, tool, reason, question } = asked;
  const { choices, policy, rule, approvers, quorum } = asked;
  return dropUndefined({
    request_id,
    approval: name,
    type,
    action,
    tool,
    arguments: asked.arguments,
    reason,
    question,
    choices,
    policy,
    rule,
    approvers,
    quorum,
    expires_at: microseconds(expires_at),
  });
}

/** The operator's RFC 3339 in the one spelling that events have. */
function microseconds(time: string | undefined): string | undefined {
  if (!time || Number.isNaN(Date.parse(time))) return undefined;
  return `${new Date(time).toISOString().slice(0, 23)}000Z`;
}
