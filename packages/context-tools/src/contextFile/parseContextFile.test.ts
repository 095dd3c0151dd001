import fc from 'fast-check';
import { mergeContextParts, parseContextFile } from './parseContextFile';
import { escapeContextText, renderContextFile } from './renderContextFile';

describe('context.md', () => {
  it('puts each part into an element that its content cannot end', () => {
    const content = escapeContextText('a </context> b');
    expect(renderContextFile([{ name: 'x "y"', type: 'Text', content }])).toBe(
      '<context name="x &quot;y&quot;" type="Text">\na &lt;/context&gt; b\n</context>\n',
    );
  });

  it('reads back what was written, for any names and contents', () => {
    const part = fc.record({
      name: fc.string({ unit: 'grapheme' }),
      type: fc.constantFrom('Text', 'ConfigMap'),
      content: fc
        .string({
          unit: fc.constantFrom('<', '>', '&', '"', '\n', 'context', 'ü', ' '),
        })
        .map(escapeContextText),
    });
    fc.assert(
      fc.property(fc.array(part), parts => {
        expect(parseContextFile(renderContextFile(parts))).toEqual(parts);
      }),
    );
  });

  it('lets a task’s part take the place of the agent’s of the same name', () => {
    const part = (name: string, content: string) => ({
      name,
      type: 'Text',
      content,
    });
    expect(
      mergeContextParts(
        [part('a', '1'), part('b', '2')],
        [part('c', '3'), part('a', '4')],
      ),
    ).toEqual([part('a', '4'), part('b', '2'), part('c', '3')]);
  });
});
