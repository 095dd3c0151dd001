import { useCluster } from './harness/useCluster';

describe('patches', () => {
  const cluster = useCluster();
  const deployment = (name: string) => ({
    metadata: { name, labels: { a: '1', b: '2' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'busybox:1',
              env: [
                { name: 'ONE', value: '1' },
                { name: 'TWO', value: '2' },
              ],
              ports: [{ containerPort: 80 }],
            },
            { name: 'side', image: 'busybox:1' },
          ],
          tolerations: [{ key: 'x', operator: 'Exists' }],
        },
      },
    },
  });
  const at = (name: string) => cluster.group('apps/v1', 'deployments', name);
  const create = async (name: string) => {
    const { status } = await cluster.api.post(
      cluster.group('apps/v1', 'deployments'),
      deployment(name),
    );
    expect(status).toBe(201);
  };
  const containers = (body: any) => body.spec.template.spec.containers;

  describe('merge', () => {
    it('sets, changes and removes by null', async () => {
      await create('merge');
      const { status, body } = await cluster.api.patch('merge', at('merge'), {
        metadata: { labels: { a: null, c: '3' } },
      });
      expect(status).toBe(200);
      expect(body.metadata.labels).toEqual({ b: '2', c: '3' });
    });

    it('replaces lists as a whole', async () => {
      await create('merge-list');
      const { body } = await cluster.api.patch('merge', at('merge-list'), {
        spec: {
          template: {
            spec: { containers: [{ name: 'only', image: 'busybox:1' }] },
          },
        },
      });
      expect(containers(body).map((each: any) => each.name)).toEqual(['only']);
    });

    it('with an old resourceVersion is a Conflict', async () => {
      await create('merge-old');
      const { body } = await cluster.api.get(at('merge-old'));
      await cluster.api.patch('merge', at('merge-old'), {
        metadata: { labels: { z: '1' } },
      });
      const { status } = await cluster.api.patch('merge', at('merge-old'), {
        metadata: {
          resourceVersion: body.metadata.resourceVersion,
          labels: { z: '2' },
        },
      });
      expect(status).toBe(409);
    });

    it('that makes the object invalid is refused with the path', async () => {
      await create('merge-bad');
      const { status, body } = await cluster.api.patch(
        'merge',
        at('merge-bad'),
        { spec: { replicas: -1 } },
      );
      expect(status).toBe(422);
      expect(body.message).toContain(
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      );
    });

    it('of what is not there is NotFound', async () => {
      const { status } = await cluster.api.patch('merge', at('absent'), {});
      expect(status).toBe(404);
    });

    it('that changes nothing keeps the resourceVersion', async () => {
      // A ConfigMap, since no controller writes to it in between.
      const before = await cluster.api.post(cluster.core('configmaps'), {
        metadata: { name: 'merge-same', labels: { a: '1' } },
      });
      const { body } = await cluster.api.patch(
        'merge',
        cluster.core('configmaps', 'merge-same'),
        { metadata: { labels: { a: '1' } } },
      );
      expect(body.metadata.resourceVersion).toBe(
        before.body.metadata.resourceVersion,
      );
    });
  });

  describe('JSON', () => {
    it('add, replace, remove, copy, move and test', async () => {
      await create('json');
      const { status, body } = await cluster.api.patch('json', at('json'), [
        { op: 'test', path: '/metadata/labels/a', value: '1' },
        { op: 'add', path: '/metadata/labels/new', value: 'x' },
        { op: 'replace', path: '/metadata/labels/a', value: '9' },
        {
          op: 'copy',
          from: '/metadata/labels/new',
          path: '/metadata/labels/copied',
        },
        {
          op: 'move',
          from: '/metadata/labels/b',
          path: '/metadata/labels/moved',
        },
        { op: 'remove', path: '/metadata/labels/new' },
      ]);
      expect(status).toBe(200);
      expect(body.metadata.labels).toEqual({ a: '9', copied: 'x', moved: '2' });
    });

    it('adds to the end of a list with -', async () => {
      await create('json-list');
      const { body } = await cluster.api.patch('json', at('json-list'), [
        {
          op: 'add',
          path: '/spec/template/spec/containers/-',
          value: { name: 'third', image: 'busybox:1' },
        },
      ]);
      expect(containers(body).map((each: any) => each.name)).toEqual([
        'main',
        'side',
        'third',
      ]);
    });

    it('escapes ~1 and ~0', async () => {
      await create('json-escape');
      const { body } = await cluster.api.patch('json', at('json-escape'), [
        { op: 'add', path: '/metadata/annotations', value: {} },
        { op: 'add', path: '/metadata/annotations/example.com~1a', value: 'b' },
      ]);
      expect(body.metadata.annotations['example.com/a']).toBe('b');
    });

    it('a test that fails leaves all as it was', async () => {
      await create('json-test');
      const { status } = await cluster.api.patch('json', at('json-test'), [
        { op: 'replace', path: '/metadata/labels/a', value: 'changed' },
        { op: 'test', path: '/metadata/labels/b', value: 'wrong' },
      ]);
      expect(status).toBe(422);
      const { body } = await cluster.api.get(at('json-test'));
      expect(body.metadata.labels.a).toBe('1');
    });

    it('removing what is not there is refused', async () => {
      await create('json-missing');
      const { status } = await cluster.api.patch('json', at('json-missing'), [
        { op: 'remove', path: '/metadata/labels/absent' },
      ]);
      expect(status).toBe(422);
    });

    it('a patch that is no list is a bad request', async () => {
      await create('json-object');
      const { status } = await cluster.api.patch('json', at('json-object'), {
        op: 'add',
      });
      expect(status).toBe(400);
    });
  });

  describe('strategic merge', () => {
    it('merges containers by name', async () => {
      await create('strategic');
      const { status, body } = await cluster.api.patch(
        'strategic',
        at('strategic'),
        {
          spec: {
            template: {
              spec: { containers: [{ name: 'side', image: 'busybox:2' }] },
            },
          },
        },
      );
      expect(status).toBe(200);
      expect(
        containers(body).map((each: any) => [each.name, each.image]),
      ).toEqual([
        ['main', 'busybox:1'],
        ['side', 'busybox:2'],
      ]);
    });

    it('merges env by name, inside a container', async () => {
      await create('strategic-env');
      const { body } = await cluster.api.patch(
        'strategic',
        at('strategic-env'),
        {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'main', env: [{ name: 'TWO', value: 'zwei' }] },
                ],
              },
            },
          },
        },
      );
      expect(
        containers(body).find((each: any) => each.name === 'main').env,
      ).toEqual(
        expect.arrayContaining([
          { name: 'ONE', value: '1' },
          { name: 'TWO', value: 'zwei' },
        ]),
      );
    });

    it('$patch: delete removes an item', async () => {
      await create('strategic-delete');
      const { body } = await cluster.api.patch(
        'strategic',
        at('strategic-delete'),
        {
          spec: {
            template: {
              spec: { containers: [{ name: 'side', $patch: 'delete' }] },
            },
          },
        },
      );
      expect(containers(body).map((each: any) => each.name)).toEqual(['main']);
    });

    it('$patch: replace replaces a list', async () => {
      await create('strategic-replace');
      const { body } = await cluster.api.patch(
        'strategic',
        at('strategic-replace'),
        {
          spec: {
            template: {
              spec: {
                containers: [
                  { $patch: 'replace' },
                  { name: 'new', image: 'busybox:1' },
                ],
              },
            },
          },
        },
      );
      expect(containers(body).map((each: any) => each.name)).toEqual(['new']);
    });

    it('$retainKeys drops the keys that are not named', async () => {
      await create('strategic-retain');
      const { status, body } = await cluster.api.patch(
        'strategic',
        at('strategic-retain'),
        {
          spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
        },
      );
      expect(status).toBe(200);
      expect(body.spec.strategy).toEqual({ type: 'Recreate' });
    });

    it('replaces a list without a merge key', async () => {
      await create('strategic-atomic');
      const { body } = await cluster.api.patch(
        'strategic',
        at('strategic-atomic'),
        {
          spec: {
            template: {
              spec: { tolerations: [{ key: 'y', operator: 'Exists' }] },
            },
          },
        },
      );
      expect(body.spec.template.spec.tolerations).toEqual([
        { key: 'y', operator: 'Exists' },
      ]);
    });

    it('null removes a field', async () => {
      await create('strategic-null');
      const { body } = await cluster.api.patch(
        'strategic',
        at('strategic-null'),
        { metadata: { labels: { a: null } } },
      );
      expect(body.metadata.labels).toEqual({ b: '2' });
    });

    it('finalizers merge as a set, and $deleteFromPrimitiveList takes one out', async () => {
      await create('strategic-set');
      await cluster.api.patch('strategic', at('strategic-set'), {
        metadata: { finalizers: ['example.com/one'] },
      });
      const merged = await cluster.api.patch('strategic', at('strategic-set'), {
        metadata: { finalizers: ['example.com/two'] },
      });
      expect([...merged.body.metadata.finalizers].sort()).toEqual([
        'example.com/one',
        'example.com/two',
      ]);
      const { body } = await cluster.api.patch(
        'strategic',
        at('strategic-set'),
        {
          metadata: {
            '$deleteFromPrimitiveList/finalizers': [
              'example.com/one',
              'example.com/two',
            ],
          },
        },
      );
      expect(body.metadata.finalizers).toBeUndefined();
    });
  });
});
