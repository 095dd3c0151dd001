import fc from 'fast-check';
import { stringify } from 'yaml';
import { bindInputs, readTaskText } from './taskInputs';

describe('readTaskText', () => {
  it('takes inputs from front matter and leaves the description', () => {
    expect(
      readTaskText('---\ninputs:\n  depth: 3\n---\n\nInspect it.\n'),
    ).toEqual({ description: 'Inspect it.', inputs: { depth: 3 } });
  });

  it('takes a description without front matter as it is', () => {
    expect(readTaskText('Inspect --- it')).toEqual({
      description: 'Inspect --- it',
      inputs: {},
    });
  });

  it.each([
    '---\nfoo: 1\n---\nx',
    '---\ninputs: [1]\n---\nx',
    '---\na: b: c\n---\nx',
  ])('says how front matter is written: %j', text => {
    expect(() => readTaskText(text)).toThrow(/Write "inputs:" and indented/);
  });

  it('reads back whatever strings were written', () => {
    const names = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.dictionary(names, fc.string()), inputs => {
        const text = `---\n${stringify({ inputs })}---\n\nDo it.`;
        expect(readTaskText(text).inputs).toEqual(inputs);
      }),
    );
  });
});

describe('bindInputs', () => {
  const declared = [
    { name: 'who', type: 'string' as const, default: 'world' },
    { name: 'times', type: 'number' as const },
    { name: 'loud', type: 'boolean' as const, default: false },
  ];

  it('converts text to the declared types and fills defaults', () => {
    expect(bindInputs(declared, { times: '3', loud: 'true' })).toEqual({
      who: 'world',
      times: 3,
      loud: true,
    });
  });

  it.each([
    [{}, 'The input "times" is missing'],
    [{ times: 'many' }, 'must be a number, not "many"'],
    [{ times: 1, loud: 'very' }, 'must be a boolean, not "very"'],
    [
      { times: 1, whom: 'x' },
      'There is no input "whom". The playbook has: who, times, loud.',
    ],
  ])('refuses %j with a sentence', (given, sentence) => {
    expect(() => bindInputs(declared, given)).toThrow(sentence);
  });
});
