import { foldProbe, type ProbeState } from './foldProbe';

const verdicts = (
  results: string,
  thresholds: { failureThreshold?: number; successThreshold?: number } = {},
) => {
  let state: ProbeState = { count: 0 };
  return [...results].map(result => {
    state = foldProbe(state, { isSuccess: result === '+' }, thresholds);
    return state.isHealthy;
  });
};

describe('foldProbe', () => {
  it('needs three failures in a row unless told otherwise', () => {
    expect(verdicts('---')).toEqual([undefined, undefined, false]);
    expect(verdicts('+--+--')).toEqual([true, true, true, true, true, true]);
    expect(verdicts('+---')).toEqual([true, true, true, false]);
  });

  it('needs one success unless told otherwise', () => {
    expect(verdicts('---+')).toEqual([undefined, undefined, false, true]);
  });

  it('keeps to the thresholds it is given', () => {
    expect(verdicts('-', { failureThreshold: 1 })).toEqual([false]);
    expect(verdicts('++-+++', { successThreshold: 3 })).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      true,
    ]);
  });
});
