import { ruleScanner } from './ruleScanner';

const scan = (pattern: string, text: string) =>
  ruleScanner([{ name: 'internal', pattern }])(text);

describe('ruleScanner', () => {
  it('cuts the word that a rule means', async () => {
    expect(
      await scan('ACME-[0-9]{4}', 'ids: ACME-1234, and (ACME-99999)'),
    ).toEqual([
      { rule: 'internal', start: 5, end: 14 },
      { rule: 'internal', start: 21, end: 31 },
    ]);
  });

  it('cuts the line, or all, where a match has more than one word', async () => {
    expect(
      await scan('project [a-z]+', 'one\nproject apollo is\nthree'),
    ).toEqual([{ rule: 'internal', start: 4, end: 21 }]);
    expect(await scan('a\\nb', 'a\nb')).toEqual([
      { rule: 'internal', start: 0, end: 3 },
    ]);
  });

  it('stays linear with a rule and a text made to be slow', async () => {
    const before = Date.now();
    await scan('^(a+)+$', `${'a'.repeat(50_000)}!`);
    expect(Date.now() - before).toBeLessThan(2_000);
  });

  it('throws for a rule that does not compile, so that events are withheld', async () => {
    await expect(scan('(', 'text')).rejects.toThrow();
  });
});
