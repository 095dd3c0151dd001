import {
  addUsd,
  compareUsd,
  type AgentSettings,
  type IngestResult,
} from '@greenroom/protocol';

/** Tokens, and US dollars as a decimal string. */
export interface Amount {
  tokens: number;
  costUsd: string;
}

export interface ReservationSnapshot {
  agent: string;
  budget: NonNullable<AgentSettings['budget']>;
  used: Amount;
  /** By calls under way. */
  reserved: Amount;
  asked: Amount;
}

const periods = {
  Session: 'in this session',
  Day: 'today',
  Month: 'this month',
} as const;
const ends = {
  Session: 'begin a new session',
  Day: 'wait until midnight UTC',
  Month: 'wait until the month ends (UTC)',
} as const;

/** Whether a call fits beside what was used and what is set aside for others. */
export function decideReservation(
  snapshot: ReservationSnapshot,
): IngestResult<'reserve'> {
  const { agent, budget, used, reserved, asked } = snapshot;
  const period = periods[budget.window];
  if (budget.tokens !== undefined) {
    const left = budget.tokens - used.tokens - reserved.tokens;
    if (asked.tokens > left) {
      return refusal(
        `Agent "${agent}" has ${Math.max(0, left)} of ${
          budget.tokens
        } tokens left ${period}${underWay(
          reserved.tokens,
        )}, and this call may need ${
          asked.tokens
        }. Raise spec.budget.tokens or ${ends[budget.window]}.`,
      );
    }
  }
  if (budget.cost_usd !== undefined) {
    const committed = addUsd(used.costUsd, reserved.costUsd);
    if (compareUsd(addUsd(committed, asked.costUsd), budget.cost_usd) > 0) {
      return refusal(
        `Agent "${agent}" has used or set aside $${committed} of $${
          budget.cost_usd
        } ${period}, and this call may cost $${
          asked.costUsd
        }. Raise spec.budget.costUSD or ${ends[budget.window]}.`,
      );
    }
  }
  return { granted: true };
}

function refusal(message: string): IngestResult<'reserve'> {
  return { granted: false, reason: 'BudgetExhausted', message };
}

function underWay(tokens: number): string {
  return tokens ? ` (${tokens} are set aside for calls under way)` : '';
}
