import pino from 'pino';
import { ScriptedApi } from '../testing/ScriptedApi';
import { decideLease } from './decideLease';
import { LeaderElector } from './LeaderElector';

const log = pino({ level: 'silent' });

describe('decideLease', () => {
  const candidate = { identity: 'me', silentMs: 0 };
  const held = { holderIdentity: 'other', leaseDurationSeconds: 15 };

  it.each([
    ['there is none', undefined, 0, 'take'],
    ['it was released', { ...held, holderIdentity: '' }, 0, 'take'],
    [
      'it is its own from before a restart',
      { ...held, holderIdentity: 'me' },
      0,
      'take',
    ],
    ['another holds it', held, 14_999, 'wait'],
    ['another was silent for the whole lease', held, 15_001, 'take'],
  ] as const)('when %s', (_, lease, silentMs, act) => {
    expect(decideLease(lease, { ...candidate, silentMs }).act).toBe(act);
  });
});

describe('LeaderElector', () => {
  const api = new ScriptedApi();
  /** The lease as the API server has it. */
  let lease: any;
  let refuses: boolean;

  beforeEach(() => {
    lease = undefined;
    refuses = false;
    api.seen.length = 0;
    api.answer = ({ method, body }) => {
      if (refuses) return { status: 500 };
      if (method === 'GET') {
        return lease ? { body: lease } : { status: 404, body: { code: 404 } };
      }
      const version = lease?.metadata.resourceVersion;
      if (
        method === 'POST' ? lease : body.metadata.resourceVersion !== version
      ) {
        return { status: 409, body: { reason: 'Conflict' } };
      }
      lease = structuredClone(body);
      lease.metadata.resourceVersion = String(Number(version ?? 0) + 1);
      return { body: lease };
    };
  });

  afterEach(() => api.stop());

  const times = { leaseMs: 300, renewMs: 20, retryMs: 10 };

  async function anElector(
    identity: string,
    client: Awaited<ReturnType<ScriptedApi['start']>>,
  ) {
    return new LeaderElector({
      client,
      log,
      lease: { namespace: 'default', name: 'operator' },
      identity,
      ...times,
    });
  }

  it('lets one lead, and the next as soon as the lease is released', async () => {
    const client = await api.start();
    const first = await anElector('first', client);
    const second = await anElector('second', client);
    const onLost = jest.fn();
    await first.acquire({ onLost });
    const taken = second.acquire({ onLost });
    await api.until(
      () => api.seen.filter(({ method }) => method === 'GET').length > 4,
    );
    expect(second.leads).toBe(false);
    await first.release();
    await taken;
    expect(second.leads).toBe(true);
    expect(lease.spec).toMatchObject({
      holderIdentity: 'second',
      leaseTransitions: 1,
    });
    await second.release();
    expect(onLost).not.toHaveBeenCalled();
  });

  it('takes its own lease again at once after it was killed', async () => {
    const client = await api.start();
    const killed = await anElector('same', client);
    await killed.acquire({ onLost: () => undefined });
    const restarted = await anElector('same', client);
    const before = api.seen.length;
    await restarted.acquire({ onLost: () => undefined });
    expect(restarted.leads).toBe(true);
    // The killed one renews no more in this test: it finds a version it does not know, which is its own.
    expect(api.seen.length - before).toBeLessThanOrEqual(4);
    await restarted.release();
    await killed.release();
  });

  it('says that leadership is lost when it cannot renew in time', async () => {
    const client = await api.start();
    const elector = await anElector('me', client);
    const lost = new Promise<Error>(resolve => {
      void elector.acquire({ onLost: resolve });
    });
    await api.until(() => lease !== undefined);
    refuses = true;
    expect((await lost).message).toContain('could not renew its lease in time');
    expect(elector.leads).toBe(false);
    await elector.release();
  });

  it('says that leadership is lost when another holds the lease', async () => {
    const client = await api.start();
    const elector = await anElector('me', client);
    const lost = new Promise<Error>(resolve => {
      void elector.acquire({ onLost: resolve });
    });
    await api.until(() => lease !== undefined);
    lease.spec.holderIdentity = 'thief';
    lease.metadata.resourceVersion = '99';
    expect((await lost).message).toContain('thief holds the lease now');
    await elector.release();
    expect(lease.spec.holderIdentity).toBe('thief');
  });
});
