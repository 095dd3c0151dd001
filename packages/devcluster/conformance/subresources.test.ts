import { useCluster } from './harness/useCluster';

describe('deletion, finalizers and owners', () => {
  const cluster = useCluster();
  const at = (name: string) => cluster.core('configmaps', name);
  const create = async (name: string, metadata: object = {}) => {
    const { status, body } = await cluster.api.post(
      cluster.core('configmaps'),
      { metadata: { name, ...metadata } },
    );
    expect(status).toBe(201);
    return body;
  };
  const isGone = async (name: string) =>
    (await cluster.api.get(at(name))).status === 404;
  const ownerReference = (owner: any, extra: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    ...extra,
  });

  it('an object with a finalizer is only marked, and goes when the last one is removed', async () => {
    await create('finalized', { finalizers: ['example.com/wait'] });
    const { status, body } = await cluster.api.delete(at('finalized'));
    expect(status).toBe(200);
    expect(body.metadata.deletionTimestamp).toBeDefined();
    expect((await cluster.api.get(at('finalized'))).status).toBe(200);
    await cluster.api.patch('merge', at('finalized'), {
      metadata: { finalizers: null },
    });
    expect(await isGone('finalized')).toBe(true);
  });

  it('no finalizer can be added once it is being deleted', async () => {
    await create('late', { finalizers: ['example.com/wait'] });
    await cluster.api.delete(at('late'));
    const { status, body } = await cluster.api.patch('merge', at('late'), {
      metadata: { finalizers: ['example.com/wait', 'example.com/more'] },
    });
    expect(status).toBe(422);
    expect(body.message).toContain(
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted',
    );
    await cluster.api.patch('merge', at('late'), {
      metadata: { finalizers: null },
    });
  });

  it('deletionTimestamp cannot be set or removed by an update', async () => {
    const body = await create('timestamp');
    const set = await cluster.api.put(at('timestamp'), {
      ...body,
      metadata: {
        ...body.metadata,
        deletionTimestamp: '2030-01-01T00:00:00Z',
      },
    });
    expect(set.body.metadata?.deletionTimestamp).toBeUndefined();
  });

  it('a finalizer must be a qualified name', async () => {
    const { status } = await cluster.api.post(cluster.core('configmaps'), {
      metadata: { name: 'bad-finalizer', finalizers: ['not qualified'] },
    });
    expect(status).toBe(422);
  });

  it('dependents go in the background after their owner', async () => {
    const owner = await create('owner');
    await create('dependent', { ownerReferences: [ownerReference(owner)] });
    await cluster.api.delete(at('owner'), {
      propagationPolicy: 'Background',
    });
    expect(await isGone('owner')).toBe(true);
    await cluster.until('the dependent is gone', () => isGone('dependent'));
  });

  it('in the foreground the owner waits for the dependents that block it', async () => {
    const owner = await create('foreground');
    await create('blocking', {
      ownerReferences: [ownerReference(owner, { blockOwnerDeletion: true })],
      finalizers: ['example.com/wait'],
    });
    const { body } = await cluster.api.delete(at('foreground'), {
      propagationPolicy: 'Foreground',
    });
    expect(body.metadata.finalizers).toContain('foregroundDeletion');
    await cluster.until('the dependent is being deleted', async () => {
      const dependent = await cluster.api.get(at('blocking'));
      return dependent.body.metadata?.deletionTimestamp;
    });
    expect((await cluster.api.get(at('foreground'))).status).toBe(200);
    await cluster.api.patch('merge', at('blocking'), {
      metadata: { finalizers: null },
    });
    await cluster.until('the owner is gone', () => isGone('foreground'));
  });

  it('orphaned dependents stay, without the reference', async () => {
    const owner = await create('orphaning');
    await create('orphan', { ownerReferences: [ownerReference(owner)] });
    await cluster.api.delete(at('orphaning'), { propagationPolicy: 'Orphan' });
    await cluster.until('the owner is gone', () => isGone('orphaning'));
    const { status, body } = await cluster.api.get(at('orphan'));
    expect(status).toBe(200);
    expect(body.metadata.ownerReferences).toBeUndefined();
  });

  it('a dependent whose owner never existed is collected', async () => {
    await create('stray', {
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name: 'never',
          uid: '00000000-0000-0000-0000-000000000001',
        },
      ],
    });
    await cluster.until('it is gone', () => isGone('stray'));
  });

  it('a dependent with two owners goes with the last', async () => {
    const [first, second] = [await create('first'), await create('second')];
    await create('both', {
      ownerReferences: [ownerReference(first), ownerReference(second)],
    });
    await cluster.api.delete(at('first'));
    await cluster.until('only one reference is left', async () => {
      const { body } = await cluster.api.get(at('both'));
      return body.metadata.ownerReferences?.length === 1;
    });
    await cluster.api.delete(at('second'));
    await cluster.until('it is gone', () => isGone('both'));
  });

  it('only one owner may be the controller', async () => {
    const [first, second] = [
      await create('controller-1'),
      await create('controller-2'),
    ];
    const { status, body } = await cluster.api.post(
      cluster.core('configmaps'),
      {
        metadata: {
          name: 'controlled',
          ownerReferences: [
            ownerReference(first, { controller: true }),
            ownerReference(second, { controller: true }),
          ],
        },
      },
    );
    expect(status).toBe(422);
    expect(body.message).toContain(
      'Only one reference can have Controller set to true',
    );
  });

  it('a namespace deletes what is in it, and then itself', async () => {
    const name = cluster.uniqueName('short-lived');
    await cluster.api.post('/api/v1/namespaces', { metadata: { name } });
    await cluster.api.post(`/api/v1/namespaces/${name}/configmaps`, {
      metadata: { name: 'inside', finalizers: ['example.com/wait'] },
    });
    const { body } = await cluster.api.delete(`/api/v1/namespaces/${name}`);
    expect(body.status.phase).toBe('Terminating');
    expect(body.spec.finalizers).toEqual(['kubernetes']);
    const refused = await cluster.api.post(
      `/api/v1/namespaces/${name}/configmaps`,
      { metadata: { name: 'late' } },
    );
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain(
      `unable to create new content in namespace ${name} because it is being terminated`,
    );
    await cluster.until('the content is being deleted', async () => {
      const inside = await cluster.api.get(
        `/api/v1/namespaces/${name}/configmaps/inside`,
      );
      return inside.body.metadata?.deletionTimestamp;
    });
    await cluster.api.patch(
      'merge',
      `/api/v1/namespaces/${name}/configmaps/inside`,
      { metadata: { finalizers: null } },
    );
    await cluster.until(
      'the namespace is gone',
      async () =>
        (await cluster.api.get(`/api/v1/namespaces/${name}`)).status === 404,
    );
  });

  it('a new namespace is Active and labelled with its name', async () => {
    const { body } = await cluster.api.get(
      `/api/v1/namespaces/${cluster.namespace}`,
    );
    expect(body.status.phase).toBe('Active');
    expect(body.metadata.labels['kubernetes.io/metadata.name']).toBe(
      cluster.namespace,
    );
  });

  it('every namespace has the CA of the API server', async () => {
    await cluster.until('kube-root-ca.crt is there', async () => {
      const { body } = await cluster.api.get(
        cluster.core('configmaps', 'kube-root-ca.crt'),
      );
      return body.data?.['ca.crt']?.includes('BEGIN CERTIFICATE');
    });
  });
});

describe('status and scale', () => {
  const cluster = useCluster();
  const deployments = (...rest: string[]) =>
    cluster.group('apps/v1', 'deployments', ...rest);
  const create = (name: string) =>
    cluster.api.post(deployments(), {
      metadata: { name },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: 'a', image: 'busybox:1' }] },
        },
      },
    });

  it('a status in a create is dropped', async () => {
    const { body } = await cluster.api.post(deployments(), {
      metadata: { name: 'with-status' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'x' } },
        template: {
          metadata: { labels: { app: 'x' } },
          spec: { containers: [{ name: 'a', image: 'busybox:1' }] },
        },
      },
      status: { replicas: 7 },
    });
    expect(body.status.replicas).toBeUndefined();
  });

  it('a write to the object leaves the status alone, a write to the status the spec', async () => {
    const { body } = await create('apart');
    const toStatus = await cluster.api.put(deployments('apart', 'status'), {
      ...body,
      metadata: { name: 'apart' },
      spec: { ...body.spec, replicas: 5 },
      status: { ...body.status, collisionCount: 3 },
    });
    expect(toStatus.status).toBe(200);
    expect(toStatus.body.spec.replicas).toBe(0);
    expect(toStatus.body.status.collisionCount).toBe(3);
    const toObject = await cluster.api.patch('merge', deployments('apart'), {
      status: { collisionCount: 9 },
    });
    expect(toObject.body.status.collisionCount).toBe(3);
  });

  it('scale is read and written as autoscaling/v1', async () => {
    await create('scaled');
    const { body } = await cluster.api.get(deployments('scaled', 'scale'));
    expect(body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: {},
    });
    const { status, body: changed } = await cluster.api.put(
      deployments('scaled', 'scale'),
      {
        ...body,
        // The controller may have written in between.
        metadata: { name: 'scaled', namespace: cluster.namespace },
        spec: { replicas: 2 },
      },
    );
    expect(status).toBe(200);
    expect(changed.spec.replicas).toBe(2);
    expect(
      (await cluster.api.get(deployments('scaled'))).body.spec.replicas,
    ).toBe(2);
    await cluster.api.patch('merge', deployments('scaled', 'scale'), {
      spec: { replicas: 0 },
    });
  });

  it('the selector of a Deployment cannot be changed', async () => {
    await create('selector');
    const { status, body } = await cluster.api.patch(
      'merge',
      deployments('selector'),
      {
        spec: {
          selector: { matchLabels: { app: 'other' } },
          template: { metadata: { labels: { app: 'other' } } },
        },
      },
    );
    expect(status).toBe(422);
    expect(body.message).toContain('spec.selector: Invalid value');
    expect(body.message).toContain('field is immutable');
  });

  it('a template that its selector does not match is refused', async () => {
    const { status, body } = await cluster.api.post(deployments(), {
      metadata: { name: 'mismatch' },
      spec: {
        selector: { matchLabels: { app: 'a' } },
        template: {
          metadata: { labels: { app: 'b' } },
          spec: { containers: [{ name: 'a', image: 'busybox:1' }] },
        },
      },
    });
    expect(status).toBe(422);
    expect(body.message).toContain(
      '`selector` does not match template `labels`',
    );
  });
});
