import fc from 'fast-check';
import { covers } from './covers';

describe('covers', () => {
  it.each([
    ['more fields than wanted', { a: 1, b: 2 }, { a: 1 }, true],
    ['another value', { a: 1 }, { a: 2 }, false],
    ['a missing field', {}, { a: 1 }, false],
    ['a longer list', [1, 2], [1], false],
    [
      'the same amount, spelled otherwise',
      { cpu: '500m' },
      { cpu: '0.5' },
      true,
    ],
    ['another amount', { cpu: '500m' }, { cpu: '0.6' }, false],
    ['an empty object that was left out', {}, { emptyDir: {} }, true],
    ['an empty list that was left out', {}, { ingress: [] }, true],
    [
      'defaults inside list items',
      [{ name: 'x', protocol: 'TCP' }],
      [{ name: 'x' }],
      true,
    ],
  ])('%s', (_, actual, wanted, result) => {
    expect(covers(actual, wanted)).toBe(result);
  });

  it('holds for any value and itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value =>
        expect(covers(value, value)).toBe(true),
      ),
    );
  });
});
