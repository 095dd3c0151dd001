import { decideAskAgain } from './decideAskAgain';

const failed = (code: string) => Object.assign(new Error('no'), { code });

describe('decideAskAgain', () => {
  it.each([
    ['Forbidden', 1, { act: 'refuse' }],
    ['Stopping', 1, { act: 'stop' }],
    ['Busy', 1, { act: 'again', afterMs: 250 }],
    ['Timeout', 100, { act: 'again', afterMs: 15_000 }],
    ['ApiError', 1, { act: 'again', afterMs: 250 }],
    ['ApiError', 7, { act: 'refuse' }],
  ])('after %s at try %d decides %j', (code, attempt, decision) => {
    expect(decideAskAgain(failed(code), attempt)).toEqual(decision);
  });
});
