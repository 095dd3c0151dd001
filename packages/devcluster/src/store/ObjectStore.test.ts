import { HistoryLost, type StoreEvent } from './EventHistory';
import type { KubernetesObject } from './KubernetesObject';
import { ObjectStore, StoreConflict, StoreExists } from './ObjectStore';

const configMaps = '/configmaps';

function aConfigMap(
  name: string,
  data: Record<string, string> = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    data,
  };
}

describe('ObjectStore', () => {
  it('gives each change a higher revision', () => {
    const store = new ObjectStore();
    const first = store.create(configMaps, aConfigMap('a'));
    const second = store.update(configMaps, aConfigMap('a', { x: '1' }), first);
    expect(Number(second.metadata.resourceVersion)).toBe(
      Number(first.metadata.resourceVersion) + 1,
    );
  });

  it('refuses a second object of the same name', () => {
    const store = new ObjectStore();
    store.create(configMaps, aConfigMap('a'));
    expect(() => store.create(configMaps, aConfigMap('a'))).toThrow(
      StoreExists,
    );
  });

  it('refuses to replace what has changed meanwhile', () => {
    const store = new ObjectStore();
    const first = store.create(configMaps, aConfigMap('a'));
    store.update(configMaps, aConfigMap('a', { x: '1' }), first);
    expect(() => store.update(configMaps, aConfigMap('a'), first)).toThrow(
      StoreConflict,
    );
    expect(() => store.remove(configMaps, first)).toThrow(StoreConflict);
  });

  it('replays to a watcher what happened after its revision, then goes on', () => {
    const store = new ObjectStore();
    const first = store.create(configMaps, aConfigMap('a'));
    const { revision } = store;
    const second = store.update(configMaps, aConfigMap('a', { x: '1' }), first);
    const events: StoreEvent[] = [];
    const stop = store.watch(configMaps, revision, event => events.push(event));
    store.remove(configMaps, second);
    stop();
    store.create(configMaps, aConfigMap('b'));
    expect(events.map(({ type }) => type)).toEqual(['MODIFIED', 'DELETED']);
  });

  it('lists a collection as it was at an earlier revision', () => {
    const store = new ObjectStore();
    const first = store.create(configMaps, aConfigMap('a', { x: '1' }));
    const gone = store.create(configMaps, aConfigMap('b'));
    const { revision } = store;
    store.update(configMaps, aConfigMap('a', { x: '2' }), first);
    store.remove(configMaps, gone);
    store.create(configMaps, aConfigMap('c'));
    const then = store.listAt(configMaps, undefined, revision);
    expect(then.map(({ metadata, data }) => [metadata.name, data.x])).toEqual([
      ['a', '1'],
      ['b', undefined],
    ]);
  });

  it('says so when the changes since a revision are forgotten', () => {
    const store = new ObjectStore(undefined, 2);
    let object = store.create(configMaps, aConfigMap('a'));
    const { revision } = store;
    for (let turn = 0; turn < 5; turn += 1) {
      object = store.update(
        configMaps,
        aConfigMap('a', { turn: `${turn}` }),
        object,
      );
    }
    expect(() => store.watch(configMaps, revision, () => {})).toThrow(
      HistoryLost,
    );
  });
});
