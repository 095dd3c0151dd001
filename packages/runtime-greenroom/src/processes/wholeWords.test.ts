import * as fc from 'fast-check';
import { BoundedText } from './BoundedText';
import { beginningOf, endOf } from './wholeWords';

describe('cutting a text', () => {
  it.each([
    ['one two three', 13, 'one two three'],
    ['one two three', 9, 'one two '],
    ['one two three', 7, 'one two'],
    ['onetwothree', 5, ''],
  ])('the beginning of %j within %i', (text, limit, expected) => {
    expect(beginningOf(text, limit)).toBe(expected);
  });

  it.each([
    ['one two three', 13, 'one two three'],
    ['one two three', 8, ' three'],
    ['one two three', 5, 'three'],
    ['onetwothree', 5, ''],
  ])('the end of %j within %i', (text, limit, expected) => {
    expect(endOf(text, limit)).toBe(expected);
  });

  it('leaves only whole words, wherever a text is cut', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(words, fc.nat(80), (list, limit) => {
        const text = list.join(' ');
        const parts = [beginningOf(text, limit), endOf(text, limit)];
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(Math.max(limit, 0));
          for (const word of part.split(' ').filter(Boolean)) {
            expect(list).toContain(word);
          }
        }
      }),
    );
  });

  it('a long output keeps whole words on both sides of what is left out', () => {
    const text = new BoundedText(20);
    for (const chunk of [
      'alpha beta gam',
      'ma delta epsilon ',
      'zeta eta theta',
    ]) {
      text.append(chunk);
    }
    const words = text
      .toString()
      .replace(/… .* …/, '')
      .split(/\s+/)
      .filter(Boolean);
    expect('alpha beta gamma delta epsilon zeta eta theta'.split(' ')).toEqual(
      expect.arrayContaining(words),
    );
    expect(words).toEqual(expect.arrayContaining(['alpha', 'theta']));
  });
});
