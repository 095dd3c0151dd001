import { expandVariables } from './expandVariables';

const defined = new Map([
  ['A', 'one'],
  ['B', '$(A)'],
  ['EMPTY', ''],
]);

describe('expandVariables', () => {
  it.each([
    ['$(A)', 'one'],
    ['x$(A)y$(A)z', 'xoneyonez'],
    ['$(B)', '$(A)'],
    ['$(EMPTY)', ''],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$one'],
    ['$$', '$'],
    ['$', '$'],
    ['a$', 'a$'],
    ['$A ${A}', '$A ${A}'],
    ['$(A', '$(A'],
    ['$()', '$()'],
    ['', ''],
  ])('%s becomes %s', (text, expected) => {
    expect(expandVariables(text, defined)).toBe(expected);
  });
});
