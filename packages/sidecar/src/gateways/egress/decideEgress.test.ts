import { someSettings } from '../../testkit/startTestSidecar';
import { decideEgress } from './decideEgress';

const settings = someSettings({
  egress: {
    allow: [
      'api.example.com',
      '*.example.org',
      'db.corp:5432',
      '10.0.0.0/8',
      '192.168.1.7',
    ],
  },
  models: [
    {
      name: 'm',
      provider: 'openai-compatible',
      model: 'x',
      base_url: 'http://ollama.models.svc:11434/v1',
    },
  ],
  tools: [
    {
      name: 't',
      url: 'https://tools.corp/mcp',
      transport: 'streamable-http',
      approval: 'Never',
    },
  ],
});

describe('decideEgress', () => {
  it.each([
    ['api.example.com', 443, 'private', 'api.example.com'],
    ['a.b.example.org', 22, 'public', '*.example.org'],
    ['db.corp', 5432, 'private', 'db.corp:5432'],
    ['10.9.9.9', 80, 'any', '10.0.0.0/8'],
    ['192.168.1.7', 80, 'any', '192.168.1.7'],
    ['ollama.models.svc', 11434, 'any', 'Model "m"'],
    ['tools.corp', 443, 'any', 'Tool "t"'],
  ])('lets %s:%d through, with the reach %s', (host, port, reach, by) => {
    expect(decideEgress({ host, port, settings })).toMatchObject({
      act: 'connect',
      reach,
      by,
    });
  });

  it.each([
    ['example.org', 443],
    ['evilexample.org', 443],
    ['api.example.com.evil.net', 443],
    ['db.corp', 5433],
    ['tools.corp', 80],
    ['11.0.0.1', 80],
    ['169.254.169.254', 80],
    ['localhost', 9091],
  ])('denies %s:%d and says what would allow it', (host, port) => {
    expect(decideEgress({ host, port, settings })).toEqual({
      act: 'deny',
      message: `Agent "doctor" may not reach ${host}:${port}. Add "${host}" to spec.egress.allow of Agent "doctor" in namespace "default" to allow it.`,
    });
  });
});
