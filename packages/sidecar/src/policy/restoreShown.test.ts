import * as fc from 'fast-check';
import { restoreShown } from './restoreShown';

it('puts back what a person left as it was shown', () => {
  expect(
    restoreShown(
      { token: '[redacted]', title: 'Mine', list: [{ a: '0.5' }, 2] },
      { token: '[redacted]', title: 'Theirs', list: [{ a: '0.5' }, 1] },
      { token: 's3cret', title: 'Theirs', list: [{ a: 0.5 }, 1] },
    ),
  ).toEqual({ token: 's3cret', title: 'Mine', list: [{ a: 0.5 }, 2] });
});

it('takes what is new as it was written, and leaves out what was taken away', () => {
  expect(
    restoreShown(
      { b: 1, list: ['0.5'] },
      { a: '[redacted]', list: ['0.5', 'x'] },
      { a: 's3cret', list: [0.5, 'x'] },
    ),
  ).toEqual({ b: 1, list: ['0.5'] });
});

it('gives back the arguments when nobody edited them', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (shown, real) => {
      expect(
        restoreShown(shown as never, shown as never, real as never),
      ).toEqual(real);
    }),
  );
});
