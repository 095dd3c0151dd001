import { z } from 'zod';
import { Count } from '../values/Sha256';
import { ForeignId } from '../values/SessionId';
import { UsdAmount } from '../values/UsdAmount';
import { defineEvent } from './defineEvent';

/** How far a budget is used in its window. A limit that is unset does not exist. */
export const BudgetState = z.object({
  window: z.enum(['Session', 'Day', 'Month']),
  used_tokens: Count.optional(),
  limit_tokens: Count.optional(),
  used_usd: UsdAmount.optional(),
  limit_usd: UsdAmount.optional(),
});
export type BudgetState = z.infer<typeof BudgetState>;

const message = z.string().max(16_384);

export const budgetEvents = [
  defineEvent({
    type: 'budget.warned',
    description: 'A budget is nearly used up.',
    emitter: 'greenroom',
    payload: BudgetState.extend({ message }),
    example: {
      window: 'Day',
      used_tokens: 81_000,
      limit_tokens: 100_000,
      message: 'Agent "assistant" used 81 % of its tokens for today.',
    },
  }),
  defineEvent({
    type: 'budget.exceeded',
    description: 'A model call was refused, or waits, for want of budget.',
    emitter: 'greenroom',
    payload: BudgetState.extend({ message, request_id: ForeignId.optional() }),
    example: {
      window: 'Day',
      used_tokens: 99_700,
      limit_tokens: 100_000,
      message:
        'Agent "assistant" has 300 of 100000 tokens left today and this call may need 4096. Raise spec.budget.tokens or wait until midnight UTC.',
    },
  }),
  defineEvent({
    type: 'budget.extended',
    description: 'A person gave more.',
    emitter: 'greenroom',
    payload: BudgetState.extend({
      message,
      approval: z.string().max(253).optional(),
      decided_by: z.string().max(512).optional(),
    }),
    example: {
      window: 'Day',
      used_tokens: 99_700,
      limit_tokens: 150_000,
      approval: 'assistant-budget-1',
      decided_by: 'jane@example.com',
      message: 'jane@example.com allowed 50000 tokens more for today.',
    },
  }),
] as const;
