import fc from 'fast-check';
import type { SessionEvent } from '@greenroom/protocol';
import { aSession } from '../testing/aSession';
import { BudgetLedger } from './BudgetLedger';

const session = aSession();
const agent = { namespace: 'default', name: 'repo-doctor' };
const DAY = Date.parse('2026-11-21T10:00:00Z');

function reserve(
  ledger: BudgetLedger,
  requestId: string,
  tokens: number,
  more: object = {},
) {
  return ledger.reserve({
    agent,
    session_id: session.id,
    request_id: requestId,
    model: 'fast',
    tokens,
    budget: { tokens: 100, window: 'Day', on_exceeded: 'Stop' },
    ...more,
  });
}

function usage(
  seq: number,
  tokens: number,
  requestId?: string,
  more: object = {},
): SessionEvent {
  return {
    seq,
    type: 'agent.usage',
    ts: '2026-11-21T10:00:00.000000Z',
    payload: {
      model: 'fast',
      source: 'gateway',
      input_tokens: tokens,
      output_tokens: 0,
      request_id: requestId,
      ...more,
    },
  } as never;
}

function aLedger(now: () => number = () => DAY) {
  return new BudgetLedger({ now });
}

describe('BudgetLedger', () => {
  it('never grants more than the limit to calls that run at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 50 }),
        calls => {
          const ledger = aLedger();
          let granted = 0;
          for (const [index, tokens] of calls.entries()) {
            if (reserve(ledger, `r${index}`, tokens).granted) granted += tokens;
          }
          expect(granted).toBeLessThanOrEqual(100);
          // And it does not hold back what fits.
          expect(reserve(ledger, 'rest', 100 - granted).granted).toBe(true);
        },
      ),
    );
  });

  it('stays within the limit through any order of reserving, settling and recording', () => {
    const step = fc.record({
      act: fc.constantFrom('reserve', 'settle', 'record'),
      id: fc.integer({ min: 0, max: 9 }),
      tokens: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), steps => {
        const ledger = aLedger();
        const open = new Map<number, number>();
        let seq = 0;
        for (const { act, id, tokens } of steps) {
          const requestId = `r${id}`;
          const reserved = open.get(id);
          if (act === 'reserve' && reserved === undefined) {
            if (reserve(ledger, requestId, tokens).granted)
              open.set(id, tokens);
          } else if (reserved !== undefined && act === 'settle') {
            // A call uses what was set aside for it at most.
            const used = Math.min(tokens, reserved);
            ledger.settle({
              session_id: session.id,
              request_id: requestId,
              usage: { input_tokens: used, output_tokens: 0 },
            });
            open.set(id, used);
          } else if (reserved !== undefined) {
            ledger.apply(
              session.meta,
              usage(++seq, Math.min(tokens, reserved), requestId),
            );
            open.delete(id);
          }
          expect(ledger.used(agent, 'Day').tokens).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('says in words what is left and what to do', () => {
    const ledger = aLedger();
    ledger.apply(session.meta, usage(1, 70));
    expect(reserve(ledger, 'a', 20).granted).toBe(true);
    expect(reserve(ledger, 'b', 20)).toEqual({
      granted: false,
      reason: 'BudgetExhausted',
      message:
        'Agent "repo-doctor" has 10 of 100 tokens left today (20 are set aside for calls under way), and this call may need 20. Raise spec.budget.tokens or wait until midnight UTC.',
    });
  });

  it('takes the same request twice for one', () => {
    const ledger = aLedger();
    expect(reserve(ledger, 'a', 100).granted).toBe(true);
    expect(reserve(ledger, 'a', 100).granted).toBe(true);
    expect(reserve(ledger, 'b', 1).granted).toBe(false);
  });

  it('frees what a failed call did not use at once, and a lost one after a time', () => {
    let now = DAY;
    const ledger = aLedger(() => now);
    reserve(ledger, 'a', 100);
    ledger.settle({
      session_id: session.id,
      request_id: 'a',
      usage: { input_tokens: 0, output_tokens: 0 },
    });
    expect(reserve(ledger, 'b', 100).granted).toBe(true);
    now += 15 * 60_000;
    expect(reserve(ledger, 'c', 100).granted).toBe(true);
  });

  it('begins anew each day', () => {
    let now = DAY;
    const ledger = aLedger(() => now);
    ledger.apply(session.meta, usage(1, 100));
    expect(reserve(ledger, 'a', 1).granted).toBe(false);
    now += 24 * 3_600_000;
    expect(reserve(ledger, 'a', 100).granted).toBe(true);
  });

  it('limits cost as well as tokens', () => {
    const ledger = aLedger();
    const budget = { cost_usd: '1.00', window: 'Session', on_exceeded: 'Stop' };
    const ask = (id: string, cost_usd: string) =>
      reserve(ledger, id, 1, { budget, cost_usd }).granted;
    ledger.apply(session.meta, usage(1, 5, undefined, { cost_usd: '0.75' }));
    expect(ask('a', '0.26')).toBe(false);
    expect(ask('b', '0.25')).toBe(true);
    expect(ask('c', '0.000000001')).toBe(false);
  });

  it('counts what a person allowed more', () => {
    const ledger = aLedger();
    ledger.apply(session.meta, usage(1, 100));
    ledger.apply(session.meta, {
      seq: 2,
      type: 'budget.extended',
      ts: '2026-11-21T10:00:00.000000Z',
      payload: { window: 'Day', limit_tokens: 150, message: 'ok' },
    } as never);
    expect(reserve(ledger, 'a', 51).granted).toBe(false);
    expect(reserve(ledger, 'b', 50).granted).toBe(true);
  });

  it('does not count twice what the runtime reports of metered calls, nor an event seen before', () => {
    const ledger = aLedger();
    ledger.apply(session.meta, usage(1, 30));
    ledger.apply(session.meta, usage(1, 30));
    ledger.apply(session.meta, usage(2, 30, undefined, { source: 'runtime' }));
    expect(ledger.used(agent, 'Day').tokens).toBe(30);
  });

  it('is the same after a snapshot', () => {
    const ledger = aLedger();
    ledger.apply(session.meta, usage(1, 60));
    const again = aLedger();
    again.restore(JSON.parse(JSON.stringify(ledger.snapshot())));
    again.apply(session.meta, usage(1, 60));
    expect(again.used(agent, 'Month').tokens).toBe(60);
    expect(reserve(again, 'a', 41).granted).toBe(false);
  });
});
