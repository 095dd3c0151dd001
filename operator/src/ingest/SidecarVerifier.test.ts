import type { KubeClient, Pod } from '@greenroom/controller-runtime';
import { boundPod, SidecarVerifier, verifiedPod } from './SidecarVerifier';

const user = (more: object = {}) => ({
  authenticated: true,
  audiences: ['greenroom'],
  user: {
    username: 'system:serviceaccount:default:agent',
    extra: {
      'authentication.kubernetes.io/pod-name': ['pod-a'],
      'authentication.kubernetes.io/pod-uid': ['uid-a'],
    },
  },
  ...more,
});

const bound = { namespace: 'default', name: 'pod-a', uid: 'uid-a' };

function aPod(podLabels: Record<string, string>, uid = 'uid-a'): Pod {
  return {
    metadata: {
      ...bound,
      uid,
      labels: { 'app.kubernetes.io/managed-by': 'greenroom', ...podLabels },
    },
  };
}

describe('boundPod', () => {
  it('reads the pod from what the API server says', () => {
    expect(boundPod(user())).toEqual(bound);
  });

  it.each([
    [
      'that is not valid',
      { authenticated: false, error: 'expired' },
      'not valid (expired)',
      401,
    ],
    [
      'for another audience',
      user({ audiences: ['api'] }),
      'not for audience greenroom',
      401,
    ],
    [
      'of an authenticator that knows no audiences',
      user({ audiences: undefined }),
      'not for audience',
      401,
    ],
    [
      'of a person',
      user({ user: { username: 'alice', extra: user().user.extra } }),
      'not bound to a pod',
      403,
    ],
    [
      'that no pod is bound to',
      user({ user: { username: 'system:serviceaccount:default:agent' } }),
      'not bound to a pod',
      403,
    ],
  ])('refuses a token %s', (_, status, message, code) => {
    expect(() => boundPod(status)).toThrow(
      expect.objectContaining({
        status: code,
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe('verifiedPod', () => {
  it('takes agent and session from the labels', () => {
    const pod = aPod({
      'greenroom.dev/agent': 'helper',
      'greenroom.dev/session': 's1',
    });
    expect(verifiedPod(bound, pod)).toMatchObject({
      ...bound,
      agent: 'helper',
      sessionId: 's1',
    });
  });

  it.each([
    ['is gone', undefined],
    [
      'was replaced by one of its name',
      aPod({ 'greenroom.dev/agent': 'helper' }, 'uid-b'),
    ],
    ['is nobody’s agent', aPod({})],
    [
      'is not made by Greenroom',
      { metadata: { ...bound, labels: { 'greenroom.dev/agent': 'helper' } } },
    ],
  ])('refuses a pod that %s', (_, pod) => {
    expect(() => verifiedPod(bound, pod)).toThrow(
      expect.objectContaining({ status: 403 }),
    );
  });
});

describe('SidecarVerifier', () => {
  it('asks the API server once a minute for one token, and never keeps a refusal', async () => {
    let now = 0;
    let isValid = false;
    const review = jest.fn(async () => ({
      status: isValid ? user() : { authenticated: false },
    }));
    const verifier = new SidecarVerifier({
      client: { review } as unknown as KubeClient,
      cachedPod: () => aPod({ 'greenroom.dev/agent': 'helper' }),
      now: () => now,
    });
    const verify = () => verifier.verify('Bearer token');
    await expect(verify()).rejects.toMatchObject({ status: 401 });
    isValid = true;
    await verify();
    await verify();
    expect(review).toHaveBeenCalledTimes(2);
    now += 60_000;
    await verify();
    expect(review).toHaveBeenCalledTimes(3);
    await expect(verifier.verify(undefined)).rejects.toMatchObject({
      status: 401,
    });
  });

  it('says to come back when the API server is away', async () => {
    const client = {
      review: async () => {
        throw new Error('connection refused');
      },
    } as unknown as KubeClient;
    const verifier = new SidecarVerifier({ client });
    await expect(verifier.verify('Bearer t')).rejects.toMatchObject({
      status: 503,
    });
  });
});
