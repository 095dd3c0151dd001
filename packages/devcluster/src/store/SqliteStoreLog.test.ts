import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KubernetesObject } from './KubernetesObject';
import { ObjectStore } from './ObjectStore';
import { SqliteStoreLog } from './SqliteStoreLog';

describe('SqliteStoreLog', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'devcluster-store-'));
  const file = path.join(folder, 'objects.sqlite');
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default', uid: 'u' },
    data: { x: '1' },
  } as unknown as KubernetesObject;

  afterAll(() => rmSync(folder, { recursive: true }));

  it('a store on the same file finds its objects and goes on counting', () => {
    const before = new ObjectStore(new SqliteStoreLog(file));
    const stored = before.create('/configmaps', object);
    before.remove('/secrets', before.create('/secrets', object));
    const { revision } = before;
    before.close();

    const after = new ObjectStore(new SqliteStoreLog(file));
    expect(after.get('/configmaps', 'default', 'a')).toEqual(stored);
    expect(after.list('/secrets')).toEqual([]);
    expect(after.revision).toBe(revision);
    after.close();
  });
});
