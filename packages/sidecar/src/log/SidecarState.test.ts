import fc from 'fast-check';
import type { LogRecord } from './LogRecord';
import { SidecarState } from './SidecarState';

const ids = [
  '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d11',
  '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d12',
];
const hash = (n: number) => n.toString(16).padStart(64, '0');

/** A random history that a sidecar could have written: entries are contiguous, acks never run ahead. */
const history = fc
  .array(
    fc.record({
      session: fc.constantFrom(...ids),
      step: fc.constantFrom(
        'entry',
        'ack',
        'input',
        'ask',
        'answered',
        'seen',
        'epoch',
        'state',
        'cursor',
        'turn',
      ),
      n: fc.nat(5),
    }),
    { maxLength: 60 },
  )
  .map(steps => {
    const records: LogRecord[] = ids.map(id => ({
      r: 'session',
      opening: { session_id: id } as never,
      epoch: 1,
      seq: 0,
      hash: hash(0),
      acked: 0,
      state: 'open',
    }));
    const seq = new Map(ids.map(id => [id, 0]));
    for (const { session: s, step, n } of steps) {
      const next = seq.get(s)! + 1;
      if (step === 'entry') {
        seq.set(s, next);
        const entry = {
          seq: next,
          body: `{"n":${n}}`,
          salt: 'x',
          hash: hash(next),
        };
        records.push({
          r: 'entry',
          s,
          epoch: 1,
          entry,
          source: `e-${next}`,
          ...(n === 2 && { mark: { key: 'k' } }),
          ...(n > 3 && { turn: { id: `t${n}` } }),
          ...(n === 0 && { turn: false }),
          output: `o${n}`,
        });
      } else if (step === 'ack')
        records.push({ r: 'ack', s, seq: Math.max(0, next - 1 - n) });
      else if (step === 'input')
        records.push({
          r: 'input',
          s,
          id: `i${n}`,
          state: n % 2 ? 'taken' : 'delivered',
          ...(n % 2 && { input: { id: `i${n}` } as never }),
          turn: `t${n}`,
        });
      else if (step === 'ask')
        records.push({
          r: 'ask',
          s,
          ask: {
            requestId: `q${n}`,
            type: 'Question',
            params: {},
            answerTo: 'runtime',
          },
        });
      else if (step === 'answered')
        records.push({ r: 'answered', s, request: `q${n}` });
      else if (step === 'seen') records.push({ r: 'seen', s, ids: [`x${n}`] });
      else if (step === 'epoch') records.push({ r: 'epoch', s, epoch: n + 1 });
      else if (step === 'state')
        records.push({ r: 'state', s, state: n > 3 ? 'closed' : 'open' });
      else if (step === 'turn')
        records.push({ r: 'turn', s, turn: n > 2 ? { id: `t${n}` } : false });
      else
        records.push({
          r: 'read',
          mark: n % 2 ? { cursor: `c${n}` } : { key: `k${n}` },
        });
    }
    return records;
  });

const fold = (records: Iterable<LogRecord>) =>
  SidecarState.from([...records].map(record => JSON.stringify(record)));

describe('SidecarState', () => {
  it('is the same after its own records are read back, wherever the history is cut', () => {
    fc.assert(
      fc.property(history, fc.nat(60), (records, cut) => {
        const before = fold(records.slice(0, cut + 2));
        const compacted = fold(before.records());
        expect(compacted).toEqual(before);
        const rest = records.slice(cut + 2);
        for (const record of rest) {
          before.apply(record);
          compacted.apply(record);
        }
        expect(compacted).toEqual(before);
      }),
    );
  });

  it('forgets a session but not that it was there', () => {
    const state = fold([{ r: 'forgotten', s: ids[0], state: 'closed' }]);
    expect(state.sessions.size).toBe(0);
    expect(state.forgotten.get(ids[0])).toBe('closed');
  });
});
