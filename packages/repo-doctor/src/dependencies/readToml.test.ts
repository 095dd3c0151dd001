import fc from 'fast-check';
import { readToml } from './readToml';

describe('readToml', () => {
  it('reads what manifests are made of', () => {
    expect(
      JSON.parse(
        JSON.stringify(
          readToml(`
# comment
title = "TOML \\"quoted\\" \\u00e9"
literal = 'C:\\path'
long = """
one
  two"""
count = 1_000
ratio = -0.5
yes = true
when = 2026-11-21T10:00:00Z
list = [ 1, "two", [3], # inside
  { a = 1, b.c = "x" },
]
[table."with.dot".inner]
key = 1
[[items]]
name = "a"
[items.sub]
deep = true
[[items]]
name = "b"
`),
        ),
      ),
    ).toEqual({
      title: 'TOML "quoted" é',
      literal: 'C:\\path',
      long: 'one\n  two',
      count: 1000,
      ratio: -0.5,
      yes: true,
      when: '2026-11-21T10:00:00Z',
      list: [1, 'two', [3], { a: 1, b: { c: 'x' } }],
      table: { 'with.dot': { inner: { key: 1 } } },
      items: [{ name: 'a', sub: { deep: true } }, { name: 'b' }],
    });
  });

  it('names the line of a fault', () => {
    expect(() => readToml('a = 1\nb = \n')).toThrow(
      /^line 2: a value is missing/,
    );
    expect(() => readToml('a = "x')).toThrow('a string has no end');
  });

  it('ends on any input, with a value or a SyntaxError', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'[]{}="\'\n.,#a1 \\') }),
        text => {
          let fault: unknown;
          try {
            readToml(text);
          } catch (error) {
            fault = error;
          }
          expect(fault === undefined || fault instanceof SyntaxError).toBe(
            true,
          );
        },
      ),
    );
  });

  it('takes no name for a way into the prototype', () => {
    readToml('[__proto__]\npolluted = true\n');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
