import type {
  AgentSettings,
  IngestParams,
  IngestResult,
  SessionEvent,
} from '@greenroom/protocol';
import { addUsd } from '@greenroom/protocol';
import type { DerivedState } from '../journal/Journal';
import type { SessionMeta } from '../journal/sessionRecord';
import { decideReservation, type Amount } from './decideReservation';
import { windowKeys } from './windowKeys';

const NOTHING: Amount = Object.freeze({ tokens: 0, costUsd: '0' });
/** A sidecar that died never settles; its calls cannot last longer than this. */
const RESERVATION_TTL_MS = 15 * 60_000;
/** Totals of a window are kept this long after the last use in it; the longest window is a month. */
const KEEP_TOTALS_MS = 62 * 24 * 3_600_000;

/** What was used in one window, and how far a person has extended its limit. */
interface WindowTotal {
  used: Amount;
  limit?: { tokens?: number; costUsd?: string };
  /** Of the last event, in ms since 1970. */
  at: number;
}

interface Reservation {
  sessionId: string;
  keys: string[];
  amount: Amount;
  expiresAt: number;
}

interface LedgerSnapshot {
  totals: [string, WindowTotal][];
  /** Last entry counted, per session. */
  seqs: [string, { seq: number; gateway: boolean; at: number }][];
}

/**
 * What agents used of their budgets, and what is set aside for calls under way. All pods of an agent share one ledger, so calls that run at
 * once never pass the limit together. Totals come from durable `agent.usage` events alone; reservations live in memory.
 */
export class BudgetLedger implements DerivedState {
  readonly #totals = new Map<string, WindowTotal>();
  readonly #counted = new Map<
    string,
    { seq: number; gateway: boolean; at: number }
  >();
  readonly #reservations = new Map<string, Reservation>();
  readonly #now: () => number;

  constructor(options: { now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
  }

  /** Sets an estimate aside, or says in words why not. The same `request_id` again changes nothing. */
  reserve(
    request: IngestParams<'reserve'> & {
      agent: { namespace: string; name: string };
      budget: AgentSettings['budget'];
    },
  ): IngestResult<'reserve'> {
    const { agent, budget, session_id: sessionId } = request;
    if (!budget) return { granted: true };
    const now = this.#now();
    this.#dropExpired(now);
    const id = `${sessionId}/${request.request_id}`;
    if (this.#reservations.has(id)) return { granted: true };
    const keys = windowKeys(agent, sessionId, now);
    const key = keys[budget.window];
    const total = this.#totals.get(key);
    const asked = { tokens: request.tokens, costUsd: request.cost_usd ?? '0' };
    const decision = decideReservation({
      agent: agent.name,
      budget: {
        ...budget,
        tokens: larger(budget.tokens, total?.limit?.tokens),
        cost_usd: largerUsd(budget.cost_usd, total?.limit?.costUsd),
      },
      used: total?.used ?? NOTHING,
      reserved: this.#reserved(key),
      asked,
    });
    if (decision.granted) {
      this.#reservations.set(id, {
        sessionId,
        keys: Object.values(keys),
        amount: asked,
        expiresAt: now + RESERVATION_TTL_MS,
      });
    }
    return decision;
  }

  /**
   * Ends a reservation. What the call used is counted when its `agent.usage` event is durable; until then the reservation stands for it, if
   * the call used anything.
   */
  settle(request: IngestParams<'settle'>): void {
    const id = `${request.session_id}/${request.request_id}`;
    const reservation = this.#reservations.get(id);
    if (!reservation) return;
    const { input_tokens: input, output_tokens: output } = request.usage;
    if (input + output === 0) {
      this.#reservations.delete(id);
      return;
    }
    reservation.amount = {
      tokens: input + output,
      costUsd: request.usage.cost_usd ?? '0',
    };
  }

  /** What an agent used in a window so far. */
  used(
    agent: { namespace: string; name: string },
    window: 'Session' | 'Day' | 'Month',
    sessionId = '',
  ): Amount {
    const key = windowKeys(agent, sessionId, this.#now())[window];
    return this.#totals.get(key)?.used ?? NOTHING;
  }

  apply(meta: SessionMeta, event: SessionEvent): void {
    if (event.type !== 'agent.usage' && event.type !== 'budget.extended')
      return;
    const at = Date.parse(event.ts);
    const counted = this.#counted.get(meta.session_id);
    if (counted && event.seq <= counted.seq) return;
    const isGateway =
      event.type === 'agent.usage' && event.payload.source === 'gateway';
    const gateway = isGateway || (counted?.gateway ?? false);
    this.#counted.set(meta.session_id, { seq: event.seq, gateway, at });
    const keys = windowKeys(meta.agent, meta.session_id, at);
    if (event.type === 'budget.extended') {
      const {
        window,
        limit_tokens: tokens,
        limit_usd: costUsd,
      } = event.payload;
      this.#total(keys[window], at).limit = { tokens, costUsd };
      return;
    }
    const { request_id: requestId } = event.payload;
    if (requestId) this.#reservations.delete(`${meta.session_id}/${requestId}`);
    // What the gateway metered is what was paid for; a runtime's own report of the same calls would count twice.
    if (gateway && !isGateway) return;
    const amount = {
      tokens: event.payload.input_tokens + event.payload.output_tokens,
      costUsd: event.payload.cost_usd ?? '0',
    };
    for (const key of Object.values(keys)) {
      const total = this.#total(key, at);
      total.used = add(total.used, amount);
    }
  }

  snapshot(): LedgerSnapshot {
    const before = this.#now() - KEEP_TOTALS_MS;
    for (const map of [this.#totals, this.#counted]) {
      for (const [key, { at }] of map) if (at < before) map.delete(key);
    }
    return structuredClone({
      totals: [...this.#totals],
      seqs: [...this.#counted],
    });
  }

  restore(snapshot: unknown): void {
    const { totals, seqs } = snapshot as LedgerSnapshot;
    for (const [key, total] of totals) this.#totals.set(key, total);
    for (const [key, counted] of seqs) this.#counted.set(key, counted);
  }

  #total(key: string, at: number): WindowTotal {
    let total = this.#totals.get(key);
    if (!total) {
      total = { used: NOTHING, at };
      this.#totals.set(key, total);
    }
    total.at = Math.max(total.at, at);
    return total;
  }

  #reserved(key: string): Amount {
    let sum = NOTHING;
    for (const { keys, amount } of this.#reservations.values()) {
      if (keys.includes(key)) sum = add(sum, amount);
    }
    return sum;
  }

  #dropExpired(now: number): void {
    for (const [id, { expiresAt }] of this.#reservations) {
      if (expiresAt <= now) this.#reservations.delete(id);
    }
  }
}

function add(left: Amount, right: Amount): Amount {
  return {
    tokens: left.tokens + right.tokens,
    costUsd: addUsd(left.costUsd, right.costUsd),
  };
}

function larger(left: number | undefined, right: number | undefined) {
  if (left === undefined || right === undefined) return left;
  return Math.max(left, right);
}

function largerUsd(left: string | undefined, right: string | undefined) {
  if (left === undefined || right === undefined) return left;
  return Number(right) > Number(left) ? right : left;
}
