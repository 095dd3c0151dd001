import fc from 'fast-check';
import {
  InvalidQuantityError,
  parseQuantity,
  type Quantity,
} from './parseQuantity';
import { printQuantity } from './printQuantity';

const quantities: fc.Arbitrary<Quantity> = fc.record({
  nano: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
  format: fc.constantFrom('BinarySI', 'DecimalSI', 'DecimalExponent'),
});

const texts = fc
  .tuple(
    fc.constantFrom('', '+', '-'),
    fc.oneof(
      fc.nat().map(String),
      fc.tuple(fc.nat(), fc.nat()).map(([whole, part]) => `${whole}.${part}`),
      fc.nat().map(part => `.${part}`),
    ),
    fc.constantFrom(
      '',
      'n',
      'u',
      'm',
      'k',
      'M',
      'G',
      'T',
      'P',
      'E',
      'Ki',
      'Mi',
      'Gi',
      'Ti',
      'Pi',
      'Ei',
      'e3',
      'E-3',
      'e+6',
    ),
  )
  .map(parts => parts.join(''));

describe('printQuantity', () => {
  it('writes what parses to the same amount', () => {
    fc.assert(
      fc.property(quantities, quantity => {
        expect(parseQuantity(printQuantity(quantity)).nano).toBe(quantity.nano);
      }),
    );
  });

  it('writes a canonical text as it is', () => {
    fc.assert(
      fc.property(texts, text => {
        const canonical = printQuantity(parseQuantity(text));
        expect(printQuantity(parseQuantity(canonical))).toBe(canonical);
      }),
    );
  });

  it('writes equal amounts of one family in one way', () => {
    fc.assert(
      fc.property(
        quantities,
        fc.integer({ min: 0, max: 20 }),
        ({ nano }, zeros) => {
          const plain = printQuantity({ nano, format: 'DecimalSI' });
          const padded = plain.replace(
            /^(-?[0-9]+)/,
            `$1.${'0'.repeat(zeros)}`,
          );
          expect(printQuantity(parseQuantity(padded))).toBe(plain);
        },
      ),
    );
  });

  // From the documentation of k8s.io/apimachinery/pkg/api/resource.
  it.each([
    ['1.5', '1500m'],
    ['1.5Gi', '1536Mi'],
    ['0.5', '500m'],
    ['500m', '500m'],
    ['1000m', '1'],
    ['1024', '1024'],
    ['1024Ki', '1Mi'],
    ['2Ki', '2Ki'],
    ['1Ki', '1Ki'],
    ['0.5Ki', '512'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['1E', '1E'],
    ['100k', '100k'],
    ['129M', '129M'],
    ['123Mi', '123Mi'],
    ['+2', '2'],
    ['-1.5', '-1500m'],
    ['0', '0'],
    ['0Ki', '0'],
    ['0.1n', '1n'],
    ['1.', '1'],
    ['.5', '500m'],
  ])('writes %s as %s', (text, canonical) => {
    expect(printQuantity(parseQuantity(text))).toBe(canonical);
  });

  it('takes whole numbers as well', () => {
    expect(parseQuantity(3)).toEqual({
      nano: 3_000_000_000n,
      format: 'DecimalSI',
    });
  });

  it.each([
    '',
    '1 Gi',
    'Gi',
    '1GiB',
    '1e',
    'e3',
    '--1',
    '1.2.3',
    'lots',
    '0x10',
    '.',
    '1,5',
  ])('refuses %j', text => {
    expect(() => parseQuantity(text)).toThrow(InvalidQuantityError);
  });
});
