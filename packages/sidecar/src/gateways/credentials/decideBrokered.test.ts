import { someSettings } from '../../testkit/startTestSidecar';
import { decideBrokered } from './decideBrokered';

const settings = someSettings({
  credentials: [
    {
      name: 'github',
      expose: 'Broker',
      hosts: ['api.github.com', '*.ghe.example.com', 'git.dev.svc:3000'],
      key: 'token',
    },
    { name: 'shell', expose: 'Env', hosts: [], key: 'token' },
  ],
});

const decide = (name: string, target: string) =>
  decideBrokered({ settings, name, target: new URL(target) });

describe('decideBrokered', () => {
  it.each([
    ['https://api.github.com/user', 'api.github.com', 'any'],
    ['https://a.ghe.example.com/x', '*.ghe.example.com', 'public'],
    ['http://git.dev.svc:3000/x', 'git.dev.svc:3000', 'any'],
    ['https://git.dev.svc:3000/x', 'git.dev.svc:3000', 'any'],
  ])('lets the credential go to %s', (target, by, reach) => {
    expect(decide('github', target)).toMatchObject({
      act: 'forward',
      by,
      reach,
    });
  });

  it.each([
    'https://github.com/',
    'https://api.github.com.evil.net/',
    'https://evilghe.example.com/',
    'https://ghe.example.com/',
    // A secret never goes out unencrypted, or to another port, unless the port was named.
    'http://api.github.com/',
    'https://api.github.com:8443/',
    'https://git.dev.svc/',
  ])('keeps the credential from %s and says what would allow it', target => {
    expect(decide('github', target)).toEqual({
      act: 'deny',
      message: expect.stringContaining(
        `Add "${
          new URL(target).host
        }" to its hosts in spec.credentials of Agent "doctor" in namespace "default" to allow it.`,
      ),
    });
  });

  it('says when there is no such credential, or none to be brokered', () => {
    expect(decide('gitlab', 'https://gitlab.com')).toEqual({
      act: 'deny',
      message:
        'Agent "doctor" has no credential "gitlab". Add it to spec.credentials of Agent "doctor" in namespace "default", with expose: Broker and hosts: ["gitlab.com"].',
    });
    expect(decide('shell', 'https://gitlab.com')).toMatchObject({
      act: 'deny',
      message: expect.stringContaining('Set expose: Broker'),
    });
  });
});
