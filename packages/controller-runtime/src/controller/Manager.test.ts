import pino from 'pino';
import { Registry } from 'prom-client';
import { ConfigMap, Pod } from '../objects/builtInTypes';
import { formatKey } from '../objects/ObjectKey';
import { ControllerMetrics } from '../observability/ControllerMetrics';
import { ScriptedApi } from '../testing/ScriptedApi';
import { Manager } from './Manager';
import { TerminalError, type Reconciler } from './Reconciler';

const log = pino({ level: 'silent' });

describe('Manager', () => {
  const api = new ScriptedApi();
  let manager: Manager;
  let reconciled: string[];

  async function run(reconcile: Reconciler['reconcile']) {
    const registry = new Registry();
    manager = new Manager({
      client: await api.start(),
      log,
      metrics: new ControllerMetrics(registry),
    });
    const controller = manager
      .controller({
        name: 'test',
        backOff: { baseMs: 1, maxMs: 2 },
        reconciler: {
          async reconcile(key, context) {
            reconciled.push(formatKey(key));
            try {
              return await reconcile(key, context);
            } finally {
              api.changed();
            }
          },
        },
      })
      .for(ConfigMap)
      .owns(Pod)
      .watches(ConfigMap, ({ metadata }) =>
        metadata.labels?.about
          ? [{ namespace: 'default', name: metadata.labels.about }]
          : [],
      );
    await manager.start();
    return { controller, registry };
  }

  beforeEach(() => {
    reconciled = [];
    api.seen.length = 0;
    api.answer = ({ path, query }, response) => {
      if (query.get('watch')) {
        response.writeHead(200);
        response.flushHeaders();
        return undefined;
      }
      const metadata = { resourceVersion: '1' };
      if (path.endsWith('/pods')) {
        const ownerReferences = [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: 'owner',
            uid: 'o',
            controller: true,
          },
        ];
        const pod = {
          metadata: {
            namespace: 'default',
            name: 'p',
            uid: 'p',
            resourceVersion: '1',
            ownerReferences,
          },
        };
        return { body: { metadata, items: [pod] } };
      }
      const labels = { about: 'other' };
      const map = {
        metadata: {
          namespace: 'default',
          name: 'a',
          uid: 'a',
          resourceVersion: '1',
          labels,
        },
      };
      return { body: { metadata, items: [map] } };
    };
  });

  afterEach(async () => {
    await manager.stop();
    await api.stop();
  });

  it('reconciles objects, owners of what they own, and what other objects lead to', async () => {
    await run(async () => undefined);
    await api.until(() => reconciled.length >= 3);
    expect([...new Set(reconciled)].sort()).toEqual([
      'default/a',
      'default/other',
      'default/owner',
    ]);
  });

  it('retries errors, gives up on terminal ones, and comes back when asked', async () => {
    const tries = new Map<string, number>();
    await run(async ({ name }) => {
      const count = (tries.get(name) ?? 0) + 1;
      tries.set(name, count);
      if (name === 'a' && count < 4) throw new Error('not yet');
      if (name === 'other') throw new TerminalError('never');
      return name === 'owner' && count < 3 ? { requeueAfter: 1 } : undefined;
    });
    await api.until(() => tries.get('a') === 4 && tries.get('owner') === 3);
    expect(tries.get('other')).toBe(1);
  });

  it('waits for running reconciles when it stops, and tells them', async () => {
    let ended = false;
    await run(
      (_, { signal }) =>
        new Promise(resolve => {
          signal.addEventListener('abort', () => {
            ended = true;
            resolve();
          });
        }),
    );
    await api.until(() => reconciled.length === 3);
    await manager.stop();
    expect(ended).toBe(true);
    await api.until(() => api.watches.length === 0);
  });

  it('counts what it did', async () => {
    const { registry } = await run(async () => undefined);
    await api.until(() => reconciled.length === 3);
    const text = await registry.metrics();
    expect(text).toContain(
      'controller_runtime_reconcile_total{controller="test",result="success"} 3',
    );
    expect(text).toContain('workqueue_depth{name="test"} 0');
  });

  it('says which kinds it could not read', async () => {
    api.answer = () => ({ status: 403, body: { kind: 'Status', code: 403 } });
    manager = new Manager({
      client: await api.start(),
      log,
      syncTimeoutMs: 50,
    });
    manager.cache.informer(ConfigMap);
    await expect(manager.start()).rejects.toThrow(
      'did not receive ConfigMap within 50 ms',
    );
  });
});
