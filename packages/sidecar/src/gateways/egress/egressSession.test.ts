import type { HeldSession } from '../../log/HeldSession';
import { egressSession } from './egressSession';

const session = (id: string, isAtWork = false) =>
  ({ id, ...(isAtWork && { turn: { id: 't' } }) } as HeldSession);

describe('egressSession', () => {
  it.each([
    ['', [session('a')], 'a'],
    ['b', [session('a', true), session('b')], 'b'],
    ['', [session('a'), session('b', true)], 'b'],
    ['', [session('a', true), session('b', true)], undefined],
    ['unknown', [session('a'), session('b')], undefined],
    ['', [], undefined],
  ])(
    'for the user "%s" is the one that can be told',
    (user, open, expected) => {
      expect(egressSession(user, open)?.id).toBe(expected);
    },
  );
});
