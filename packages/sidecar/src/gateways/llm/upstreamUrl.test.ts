import { upstreamUrl } from './upstreamUrl';

const url = (
  provider: 'anthropic' | 'openai' | 'openai-compatible',
  base_url: string | undefined,
  path: string,
  search = '',
) =>
  upstreamUrl({ name: 'm', provider, model: 'x', base_url }, { path }, search)
    .href;

describe('upstreamUrl', () => {
  it.each([
    [
      'anthropic',
      undefined,
      '/messages',
      'https://api.anthropic.com/v1/messages',
    ],
    ['anthropic', 'http://h:1/', '/messages', 'http://h:1/v1/messages'],
    ['anthropic', 'http://h/v1', '/messages', 'http://h/v1/messages'],
    ['anthropic', 'http://h/relay', '/messages', 'http://h/relay/v1/messages'],
    ['openai', undefined, '/responses', 'https://api.openai.com/v1/responses'],
    [
      'openai-compatible',
      'http://h:11434/v1',
      '/chat/completions',
      'http://h:11434/v1/chat/completions',
    ],
    [
      'openai-compatible',
      'http://h:11434',
      '/chat/completions',
      'http://h:11434/v1/chat/completions',
    ],
    [
      'openai-compatible',
      'https://h/v1beta/openai/',
      '/chat/completions',
      'https://h/v1beta/openai/chat/completions',
    ],
  ] as const)('asks %s at %s for %s', (provider, base, path, expected) => {
    expect(url(provider, base, path)).toBe(expected);
  });

  it('passes the client’s query on, without what is ours', () => {
    expect(
      url('anthropic', 'http://h/?a=1', '/messages', '?beta=true&session=x'),
    ).toBe('http://h/v1/messages?a=1&beta=true');
  });

  it('says what to do when a model has no address', () => {
    expect(() => url('openai-compatible', undefined, '/x')).toThrow(
      'Model "m" has no address. Set it with: kubectl patch model m',
    );
  });
});
