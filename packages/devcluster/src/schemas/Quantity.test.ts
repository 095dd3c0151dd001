import fc from 'fast-check';
import { canonicalQuantity, formatQuantity, parseQuantity } from './Quantity';

describe('Quantity', () => {
  it.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1000k', '1M'],
    ['0', '0'],
    ['-2500m', '-2500m'],
    ['1e3', '1e3'],
    ['100000n', '100u'],
    ['512Ki', '512Ki'],
  ])('%s is written %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['', 'x', '1 Gi', '1GiB', '--1', '1.2.3'])('%j is none', text => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it('what is written is read as the same amount', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 24n), 10n ** 24n),
        fc.constantFrom('BinarySI' as const, 'DecimalSI' as const),
        (nanos, format) => {
          expect(parseQuantity(formatQuantity(nanos, format))?.nanos).toBe(
            nanos,
          );
        },
      ),
    );
  });
});
