import pino from 'pino';
import { ConfigMap } from '../objects/builtInTypes';
import { ScriptedApi, type SeenRequest } from '../testing/ScriptedApi';
import { Informer, type InformerEvent } from './Informer';

const log = pino({ level: 'silent' });

function aConfigMap(name: string, version: number, uid = name): ConfigMap {
  return {
    metadata: {
      namespace: 'default',
      name,
      uid,
      resourceVersion: String(version),
    },
  };
}

describe('Informer', () => {
  const api = new ScriptedApi();
  let informer: Informer<ConfigMap>;
  let events: string[];
  let objects: ConfigMap[];
  let version: number;

  const isWatch = (request: SeenRequest) =>
    request.query.get('watch') === 'true';
  const lists = () => api.seen.filter(request => !isWatch(request)).length;
  const watches = () => api.seen.filter(isWatch).length;

  async function start(
    options: Partial<ConstructorParameters<typeof Informer<ConfigMap>>[2]> = {},
  ) {
    const client = await api.start();
    informer = new Informer<ConfigMap>(client, ConfigMap, {
      log,
      backOff: { baseMs: 1, maxMs: 5 },
      ...options,
    });
    informer.addHandler((event: InformerEvent<ConfigMap>) => {
      events.push(`${event.type} ${event.object.metadata.name}`);
      api.changed();
    });
    informer.start();
    await informer.synced;
    await api.until(() => api.watches.length === 1);
  }

  beforeEach(() => {
    events = [];
    objects = [aConfigMap('a', 1), aConfigMap('b', 2)];
    version = 10;
    api.seen.length = 0;
    api.answer = (request, response) => {
      if (isWatch(request)) {
        response.writeHead(200);
        response.flushHeaders();
        return undefined;
      }
      return {
        body: {
          metadata: { resourceVersion: String(version) },
          items: structuredClone(objects),
        },
      };
    };
  });

  afterEach(async () => {
    await informer.stop();
    await api.stop();
  });

  it('lists in pages, then watches from there with bookmarks', async () => {
    const answer = api.answer;
    api.answer = (request, response) => {
      if (isWatch(request)) return answer(request, response);
      const isSecond = request.query.get('continue') === 'next';
      return {
        body: {
          metadata: {
            resourceVersion: '10',
            continue: isSecond ? undefined : 'next',
          },
          items: [isSecond ? aConfigMap('b', 2) : aConfigMap('a', 1)],
        },
      };
    };
    await start({ pageSize: 1 });
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual([
      'a',
      'b',
    ]);
    expect(api.seen[0].query.get('limit')).toBe('1');
    const { query } = api.watches[0].request;
    expect(query.get('resourceVersion')).toBe('10');
    expect(query.get('allowWatchBookmarks')).toBe('true');
  });

  it('follows additions, changes and deletions', async () => {
    await start();
    api.send('ADDED', aConfigMap('c', 11));
    api.send('MODIFIED', aConfigMap('a', 12));
    api.send('DELETED', aConfigMap('b', 13));
    await api.until(() => events.length === 5);
    expect(events).toEqual([
      'added a',
      'added b',
      'added c',
      'updated a',
      'deleted b',
    ]);
  });

  it('resumes where it was when a watch breaks, without listing again', async () => {
    await start();
    api.send('ADDED', aConfigMap('c', 11));
    api.send('BOOKMARK', { metadata: { resourceVersion: '20' } });
    await api.until(() => events.length === 3);
    // In the middle of an event, as a cut connection does.
    api.watches[0].response.write('{"type":"ADDED","obj');
    api.watches[0].response.destroy();
    await api.until(() => watches() === 2 && api.watches.length === 1);
    expect(api.watches[0].request.query.get('resourceVersion')).toBe('20');
    expect(lists()).toBe(1);
    expect(events).toHaveLength(3);
  });

  it('lists again when the server has forgotten its version, and tells only what differs', async () => {
    await start();
    objects = [aConfigMap('a', 30), aConfigMap('d', 31)];
    version = 40;
    api.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    await api.until(() => lists() === 2 && api.watches.length === 1);
    await api.until(() => events.length === 5);
    expect(events.slice(2).sort()).toEqual([
      'added d',
      'deleted b',
      'updated a',
    ]);
  });

  it('never stops while the server refuses or is away', async () => {
    await start();
    const answer = api.answer;
    let refusals = 0;
    api.answer = () => {
      refusals++;
      return { status: refusals % 2 ? 500 : 403, body: { kind: 'Status' } };
    };
    api.watches[0].response.destroy();
    await api.until(() => refusals >= 6);
    api.answer = answer;
    await api.until(() => api.watches.length === 1);
    api.send('ADDED', aConfigMap('c', 11));
    await api.until(() => events.includes('added c'));
    expect(lists()).toBe(1);
  });

  it('does not ask in a busy loop when each watch ends at once', async () => {
    await start({ backOff: { baseMs: 40, maxMs: 40 } });
    const before = watches();
    const began = performance.now();
    const answer = api.answer;
    api.answer = (request, response) =>
      isWatch(request) ? { body: undefined } : answer(request, response);
    api.watches[0].response.end();
    await api.until(() => watches() >= before + 4);
    // Three pauses of at least a tenth of the back-off each.
    expect(performance.now() - began).toBeGreaterThanOrEqual(12);
  });

  it('tells of an object that was made anew as a deletion and an addition', async () => {
    await start();
    api.send('MODIFIED', aConfigMap('a', 15, 'another-uid'));
    await api.until(() => events.length === 4);
    expect(events.slice(2)).toEqual(['deleted a', 'added a']);
  });

  it('keeps neither managed fields nor the last-applied annotation', async () => {
    objects[0].metadata.managedFields = [{}];
    objects[0].metadata.annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      mine: 'x',
    };
    await start();
    const { metadata } = informer.get({ namespace: 'default', name: 'a' })!;
    expect(metadata.managedFields).toBeUndefined();
    expect(metadata.annotations).toEqual({ mine: 'x' });
  });

  it('shows a write at once, and is not set back by the watch that lags', async () => {
    await start();
    const key = { namespace: 'default', name: 'a' };
    informer.observe({ ...aConfigMap('a', 20), data: { x: 'new' } });
    expect(informer.get(key)?.data).toEqual({ x: 'new' });
    api.send('MODIFIED', aConfigMap('a', 15));
    api.send('ADDED', aConfigMap('z', 16));
    await api.until(() => events.includes('added z'));
    expect(informer.get(key)?.data).toEqual({ x: 'new' });
    // The watch has shown its deletion before the answer of the write was taken in.
    api.send('DELETED', aConfigMap('a', 30));
    await api.until(() => events.includes('deleted a'));
    informer.observe(aConfigMap('a', 25));
    expect(informer.get(key)).toBeUndefined();
  });

  it('finds objects by index, also by one added later', async () => {
    await start({
      indexes: { byName: ({ metadata }) => [metadata.name!] },
    });
    informer.addIndex('byUid', ({ metadata }) => [metadata.uid!]);
    expect(informer.byIndex('byName', 'a')).toHaveLength(1);
    expect(informer.byIndex('byUid', 'b')).toHaveLength(1);
    api.send('DELETED', aConfigMap('b', 13));
    await api.until(() => events.includes('deleted b'));
    expect(informer.byIndex('byUid', 'b')).toHaveLength(0);
  });
});
