import * as fc from 'fast-check';
import { CanonicalError } from './CanonicalError';
import { canonicalJson } from './canonicalJson';
import { toCanonicalValue } from './toCanonicalValue';

const integer = fc.maxSafeInteger();
const text = fc.string({ unit: 'grapheme' });
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    integer,
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));

describe('canonicalJson', () => {
  it('does not depend on the order of keys and reads back as the same value', () => {
    fc.assert(
      fc.property(value, each => {
        const canonical = canonicalJson(each);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(each)));
        expect(canonicalJson(reversed(each))).toBe(canonical);
        expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
      }),
    );
  });

  it('spells keys in the order of UTF-16 and escapes as RFC 8785 says', () => {
    expect(
      canonicalJson({
        '\u20ac': 'Euro',
        '\r': 'CR',
        '\ufb33': 'Hebrew',
        '1': 'One',
        '\ud83d\ude00': 'Emoji',
        '\u0080': 'Control',
        '\u00f6': 'o',
        '10': '\u0007\b\f\n\\"/',
      }),
    ).toBe(
      '{"\\r":"CR","1":"One","10":"\\u0007\\b\\f\\n\\\\\\"/","\u0080":"Control","\u00f6":"o","\u20ac":"Euro","\ud83d\ude00":"Emoji","\ufb33":"Hebrew"}',
    );
  });

  it.each([
    [0.5, 'a.1'],
    [2 ** 53, 'a.1'],
    [NaN, 'a.1'],
    ['\ud800', 'a.1'],
    [undefined, 'a.1'],
    [new Date(0), 'a.1'],
    [() => 1, 'a.1'],
    [10n, 'a.1'],
    [{ '\udfff': 1 }, 'a.1'],
  ])('refuses %p and names its place', (bad, place) => {
    expect(() => canonicalJson({ a: [1, bad] })).toThrow(CanonicalError);
    expect(() => canonicalJson({ a: [1, bad] })).toThrow(place);
  });

  it('refuses what is nested too deep instead of exhausting the stack', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow(/deeper than 64/);
    expect(() => toCanonicalValue(deep)).toThrow(/deeper than 64/);
  });
});

describe('toCanonicalValue', () => {
  it('gives every JSON value a canonical form and changes none that has one', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), json => {
        const converted = toCanonicalValue(JSON.parse(json));
        expect(toCanonicalValue(converted)).toEqual(converted);
        expect(JSON.parse(canonicalJson(converted))).toEqual(converted);
      }),
    );
    fc.assert(
      fc.property(value, each => {
        expect(canonicalJson(toCanonicalValue(each))).toBe(canonicalJson(each));
      }),
    );
  });

  it('spells what JSON numbers cannot carry exactly as strings', () => {
    expect(
      toCanonicalValue({
        t: 0.5,
        big: 2 ** 60,
        id: 10n,
        half: 'a\ud800',
        no: undefined,
      }),
    ).toEqual({
      t: '0.5',
      big: '1152921504606847000',
      id: '10',
      half: 'a\ufffd',
    });
  });
});

function reversed(each: unknown): unknown {
  if (Array.isArray(each)) return each.map(reversed);
  if (each === null || typeof each !== 'object') return each;
  return Object.fromEntries(
    Object.entries(each)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
