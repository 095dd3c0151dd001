import { addUsd, UsdAmount, type AgentSettings } from '@greenroom/protocol';
import { v5 } from 'uuid';
import type { HeldSession } from '../../log/HeldSession';
import type { SidecarServices } from '../../SidecarServices';
import { countOf } from './json';
import { windowKey } from './windowKey';

type Budget = NonNullable<AgentSettings['budget']>;

const PERIODS: Record<Budget['window'], string> = {
  Session: 'this session',
  Day: 'today',
  Month: 'this month',
};

/** How far a budget reaches in its present window. */
interface Limit {
  limit_tokens?: number;
  limit_usd?: string;
}

/** What people said. */
export type ExtensionAnswer =
  | { extended: true }
  | { extended: false; message: string };

/** Namespace of the ids of these requests. */
const REQUEST_IDS = 'b2f0a1de-5e0e-4d8b-a1c4-27b1d6f4a9c3';
/** As long as a Policy's rule waits for people by default. */
const PATIENCE_MS = 3_600_000;
/** The operator has an event within milliseconds while it is connected; a change of its leader takes seconds. */
const RECORD_TIMEOUT_MS = 15_000;
const RECORD_CHECK_MS = 20;

/**
 * Asks people for more when a budget is used up: once for all calls that wait, and not again in a turn in which they refused.
 * What they give is an event of the session, from which the operator's ledger reads it.
 */
export class BudgetExtensions {
  private readonly asked = new Map<string, Promise<ExtensionAnswer>>();
  private readonly limits = new Map<string, Limit>();
  /** How often people gave more. */
  given = 0;

  constructor(
    private readonly services: Pick<
      SidecarServices,
      'settings' | 'approvals' | 'emit'
    >,
    private readonly now: () => number = Date.now,
  ) {}

  /** @param why - the operator's sentence */
  async ask(
    session: HeldSession,
    budget: Budget,
    why: string,
  ): Promise<ExtensionAnswer> {
    const window = windowKey(budget.window, session.id, this.now());
    const proposed = this.proposal(budget, window);
    const id = v5(
      [window, JSON.stringify(proposed), session.turn?.id].join('/'),
      REQUEST_IDS,
    );
    const known = this.asked.get(id);
    if (known) return await known;
    const answer = this.request(session, budget, window, proposed, id, why);
    this.asked.set(id, answer);
    // A request that nobody will answer any more, because its turn ended, must not stand for another turn's.
    answer.catch(() => this.asked.delete(id));
    return await answer;
  }

  private async request(
    session: HeldSession,
    budget: Budget,
    window: string,
    proposed: Limit,
    id: string,
    why: string,
  ): Promise<ExtensionAnswer> {
    const { agent } = this.services.settings.current;
    const answer = await this.services.approvals.request(session, {
      request_id: id,
      type: 'Permission',
      action: `Raise the budget of Agent "${agent.name}" to ${wordsOf(
        proposed,
      )} for ${PERIODS[budget.window]}`,
      arguments: { ...proposed },
      reason: why,
      timeout_ms: PATIENCE_MS,
      on_timeout: 'Deny',
    });
    if (!answer.approved) {
      return {
        extended: false,
        message: `${why} ${
          answer.expired ? 'Nobody allowed more in time.' : 'More was refused'
        }${answer.reason ? `: ${answer.reason}` : ''}`,
      };
    }
    const limit = editedLimit(proposed, answer.edited_arguments);
    this.limits.set(window, limit);
    const { seq } = await this.services.emit(session.id, {
      type: 'budget.extended',
      payload: {
        window: budget.window,
        ...limit,
        message: `${
          answer.decided_by ?? 'Somebody'
        } raised the budget to ${wordsOf(limit)} for ${
          PERIODS[budget.window]
        }.`,
        ...(answer.approval && { approval: answer.approval }),
        ...(answer.decided_by && { decided_by: answer.decided_by }),
      },
    });
    await this.recorded(session, seq);
    this.given += 1;
    return { extended: true };
  }

  /** As much again as the budget gave at first. */
  private proposal({ tokens, cost_usd }: Budget, window: string): Limit {
    const known = this.limits.get(window);
    return {
      ...(tokens !== undefined && {
        limit_tokens: (known?.limit_tokens ?? tokens) + tokens,
      }),
      ...(cost_usd !== undefined && {
        limit_usd: addUsd(known?.limit_usd ?? cost_usd, cost_usd),
      }),
    };
  }

  /** Waits until the operator has an event: only then does its ledger count with it. */
  private async recorded(session: HeldSession, seq: number): Promise<void> {
    const deadline = this.now() + RECORD_TIMEOUT_MS;
    while (session.acked < seq && this.now() < deadline)
      await new Promise(resolve => setTimeout(resolve, RECORD_CHECK_MS));
  }
}

function wordsOf({ limit_tokens, limit_usd }: Limit): string {
  return [
    limit_tokens !== undefined && `${limit_tokens} tokens`,
    limit_usd !== undefined && `$${limit_usd}`,
  ]
    .filter(Boolean)
    .join(' and ');
}

/** Whoever decides may write other limits into the request; what is no limit is not taken. */
function editedLimit(
  proposed: Limit,
  edited: Record<string, unknown> | undefined,
): Limit {
  const tokens = countOf(edited?.limit_tokens) ?? proposed.limit_tokens;
  const usd = UsdAmount.safeParse(edited?.limit_usd);
  const money = usd.success ? usd.data : proposed.limit_usd;
  return {
    ...(tokens !== undefined && { limit_tokens: tokens }),
    ...(money !== undefined && { limit_usd: money }),
  };
}
