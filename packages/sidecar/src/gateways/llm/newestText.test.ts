import { newestText } from './newestText';

describe('newestText', () => {
  it.each([
    [{ input: 'Hello' }, 'Hello'],
    [{ messages: [{ role: 'user', content: 'Hello' }] }, 'Hello'],
    [
      {
        messages: [
          { role: 'user', content: 'old' },
          { role: 'assistant', content: 'x' },
          {
            role: 'user',
            content: [
              { type: 'tool_result', content: [{ type: 'text', text: 'a' }] },
              { type: 'text', text: 'b' },
            ],
          },
        ],
      },
      'a\nb',
    ],
    [
      {
        messages: [
          { role: 'assistant', tool_calls: [] },
          { role: 'tool', content: 'result' },
        ],
      },
      'result',
    ],
    [
      {
        input: [
          { role: 'user', content: 'old' },
          { type: 'function_call', name: 'f' },
          { type: 'function_call_output', output: 'result' },
          { role: 'user', content: [{ type: 'input_text', text: 'new' }] },
        ],
      },
      'result\nnew',
    ],
    [{ messages: 5 }, ''],
    [{}, ''],
  ])('finds in %j what is new', (body, expected) => {
    expect(newestText(body)).toBe(expected);
  });

  it('does not follow a body into its depths', () => {
    let content: unknown = 'deep';
    for (let depth = 0; depth < 50_000; depth += 1) content = [content];
    expect(newestText({ messages: [{ role: 'user', content }] })).toBe('');
  });
});
