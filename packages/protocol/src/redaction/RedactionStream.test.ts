import * as fc from 'fast-check';
import { ByteAutomaton } from './ByteAutomaton';
import { RedactionStream } from './RedactionStream';
import { TextRedactionStream } from './TextRedactionStream';

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

function streamOf(patterns: readonly string[]) {
  const automaton = new ByteAutomaton(patterns.map(latin1));
  const marks = patterns.map((_, index) => latin1(`<${index}>`));
  return new RedactionStream(automaton, marks);
}

function redact(patterns: readonly string[], chunks: readonly string[]) {
  const stream = streamOf(patterns);
  const pieces = chunks.map(chunk => Buffer.from(stream.push(latin1(chunk))));
  return Buffer.concat([...pieces, stream.end()]).toString('latin1');
}

/** The same by brute force: every occurrence of every pattern, overlapping ones joined. */
function oracle(patterns: readonly string[], text: string): string {
  const found = patterns.flatMap((pattern, index) =>
    [...text]
      .map((_, start) => ({ start, end: start + pattern.length, index }))
      .filter(({ start }) => text.startsWith(pattern, start)),
  );
  found.sort(
    (left, right) =>
      left.start - right.start ||
      right.end - left.end ||
      left.index - right.index,
  );
  let redacted = '';
  let at = 0;
  let joinedUntil = 0;
  for (const { start, end, index } of found) {
    if (start >= joinedUntil) redacted += `${text.slice(at, start)}<${index}>`;
    joinedUntil = Math.max(joinedUntil, end);
    at = joinedUntil;
  }
  return redacted + text.slice(at);
}

/** Few letters, so that patterns overlap, contain and repeat one another. */
const word = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', '\u0000', '\u00ff'),
  minLength: 1,
  maxLength: 6,
});
const patterns = fc.uniqueArray(word, { minLength: 1, maxLength: 6 });
const chunks = fc.array(
  fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '\u0000', '\u00ff'),
    maxLength: 9,
  }),
  { maxLength: 8 },
);

describe('RedactionStream', () => {
  it('cuts out what brute force finds, however the stream is divided', () => {
    fc.assert(
      fc.property(patterns, chunks, (each, pieces) => {
        expect(redact(each, pieces)).toBe(oracle(each, pieces.join('')));
      }),
      { numRuns: 5_000 },
    );
  });

  it('agrees with a regular expression where patterns do not overlap', () => {
    const apart = ['alpha', 'bravo', 'charlie'];
    const expression = new RegExp(apart.join('|'), 'g');
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...apart, 'al', 'br', 'x', ' ', 'charli')),
        fc.nat(),
        (words, at) => {
          const text = words.join('');
          const cut = at % (text.length + 1);
          expect(redact(apart, [text.slice(0, cut), text.slice(cut)])).toBe(
            text.replace(expression, found => `<${apart.indexOf(found)}>`),
          );
        },
      ),
    );
  });

  it('gives out what cannot become a secret at once, and holds back the rest', () => {
    const stream = streamOf(['secret']);
    const push = (text: string) =>
      Buffer.from(stream.push(latin1(text))).toString();
    expect(push('a sec')).toBe('a ');
    expect(push('ond sec')).toBe('second ');
    expect(push('re')).toBe('');
    expect(push('t!')).toBe('<0>!');
    expect(push('secre')).toBe('');
    expect(Buffer.from(stream.end()).toString()).toBe('secre');
    expect(push('secret')).toBe('');
    expect(Buffer.from(stream.end()).toString()).toBe('<0>');
  });

  it('keeps nothing of a secret that repeats for ever', () => {
    const stream = streamOf(['aaaaaa']);
    let length = 0;
    for (let round = 0; round < 1_000; round += 1) {
      length += stream.push(latin1('a'.repeat(100))).length;
    }
    expect(length + stream.end().length).toBe('<0>'.length);
  });

  it('does not touch or depend on the caller’s buffer afterwards', () => {
    const stream = streamOf(['secret']);
    const buffer = latin1('my sec');
    stream.push(buffer);
    buffer.fill(0);
    expect(Buffer.from(stream.push(latin1('urity'))).toString()).toBe(
      'security',
    );
  });

  it('knows patterns of all 256 bytes', () => {
    const all = String.fromCharCode(...Array(256).keys());
    expect(redact([all], [`x${all}`, `y${all.slice(1)}`])).toBe(
      `x<0>y${all.slice(1)}`,
    );
  });
});

describe('TextRedactionStream', () => {
  it('keeps characters whole that come in two halves', () => {
    const text = 'naïve 🎭 secret🎭 ü';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const stream = new TextRedactionStream(streamOf(['secret']));
      const redacted =
        stream.push(text.slice(0, cut)) +
        stream.push(text.slice(cut)) +
        stream.end();
      expect(redacted).toBe('naïve 🎭 <0>🎭 ü');
    }
  });
});
