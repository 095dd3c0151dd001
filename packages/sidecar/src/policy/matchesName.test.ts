import * as fc from 'fast-check';
import { matchesName, matchesTool } from './matchesName';

const part = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });

it('agrees with a regular expression', () => {
  fc.assert(
    fc.property(part, name, (pattern, each) => {
      const oracle = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      expect(matchesName(pattern, each)).toBe(oracle.test(each));
    }),
  );
});

it('is quick whatever the pattern', () => {
  const began = performance.now();
  expect(matchesName(`${'*a'.repeat(120)}b`, 'a'.repeat(100_000))).toBe(false);
  expect(performance.now() - began).toBeLessThan(200);
});

it('keeps a function from posing as another tool’s', () => {
  expect(matchesTool('github/*', 'evil', 'github/create')).toBe(false);
  expect(matchesTool('*', 'evil', 'anything')).toBe(true);
});
