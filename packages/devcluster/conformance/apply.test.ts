import { useCluster } from './harness/useCluster';

describe('server-side apply', () => {
  const cluster = useCluster();
  const at = (name: string, query = '') =>
    `${cluster.core('configmaps', name)}${query}`;
  const apply = (
    name: string,
    data: object | undefined,
    manager: string,
    force = false,
  ) =>
    cluster.api.patch(
      'apply',
      at(name, `?fieldManager=${manager}&force=${force}`),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data },
    );
  const managerOf = (body: any, manager: string) =>
    body.metadata.managedFields.find((each: any) => each.manager === manager);

  it('creates what is not there, and answers 201', async () => {
    const { status, body } = await apply('created', { a: '1' }, 'one');
    expect(status).toBe(201);
    expect(managerOf(body, 'one')).toMatchObject({
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:a': {} } },
    });
  });

  it('the same again changes nothing', async () => {
    const first = await apply('again', { a: '1' }, 'one');
    const { status, body } = await apply('again', { a: '1' }, 'one');
    expect(status).toBe(200);
    expect(body.metadata.resourceVersion).toBe(
      first.body.metadata.resourceVersion,
    );
  });

  it('without a field manager is a bad request', async () => {
    const { status, body } = await cluster.api.patch('apply', at('nobody'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'nobody' },
    });
    expect(status).toBe(422);
    expect(body.message).toContain('fieldManager: Required value');
  });

  it('with managedFields in the body is a bad request', async () => {
    const { status, body } = await cluster.api.patch(
      'apply',
      at('managed', '?fieldManager=one'),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'managed', managedFields: [{ manager: 'x' }] },
      },
    );
    expect(status).toBe(400);
    expect(body.message).toContain('metadata.managedFields must be nil');
  });

  it('two managers own different fields', async () => {
    await apply('two', { a: '1' }, 'one');
    const { body } = await apply('two', { b: '2' }, 'two');
    expect(body.data).toEqual({ a: '1', b: '2' });
    expect(managerOf(body, 'one').fieldsV1['f:data']).toEqual({ 'f:a': {} });
    expect(managerOf(body, 'two').fieldsV1['f:data']).toEqual({ 'f:b': {} });
  });

  it("changing another manager's field is a Conflict that names manager and field", async () => {
    await apply('conflict', { a: '1' }, 'one');
    const { status, body } = await apply('conflict', { a: '2' }, 'two');
    expect(status).toBe(409);
    expect(body).toMatchObject({
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "one"',
            field: '.data.a',
          },
        ],
      },
    });
  });

  it('several conflicts are counted', async () => {
    await apply('conflicts', { a: '1', b: '1' }, 'one');
    const { body } = await apply('conflicts', { a: '2', b: '2' }, 'two');
    expect(body.message).toContain('Apply failed with 2 conflicts');
    expect(body.details.causes).toHaveLength(2);
  });

  it('the same value is no conflict, and is owned by both', async () => {
    await apply('shared', { a: '1' }, 'one');
    const { status, body } = await apply('shared', { a: '1' }, 'two');
    expect(status).toBe(200);
    expect(managerOf(body, 'one').fieldsV1['f:data']).toEqual({ 'f:a': {} });
    expect(managerOf(body, 'two').fieldsV1['f:data']).toEqual({ 'f:a': {} });
  });

  it('force takes the field over', async () => {
    await apply('forced', { a: '1' }, 'one');
    const { status, body } = await apply('forced', { a: '2' }, 'two', true);
    expect(status).toBe(200);
    expect(body.data.a).toBe('2');
    expect(
      managerOf(body, 'one')?.fieldsV1?.['f:data']?.['f:a'],
    ).toBeUndefined();
  });

  it('a field that is no longer applied is removed', async () => {
    await apply('removed', { a: '1', b: '2' }, 'one');
    const { body } = await apply('removed', { a: '1' }, 'one');
    expect(body.data).toEqual({ a: '1' });
  });

  it('a field that is no longer applied stays while another manager owns it', async () => {
    await apply('kept', { a: '1', b: '2' }, 'one');
    await apply('kept', { b: '2' }, 'two');
    const { body } = await apply('kept', { a: '1' }, 'one');
    expect(body.data).toEqual({ a: '1', b: '2' });
  });

  it('an update owns what it changes, under its own operation', async () => {
    await apply('updated', { a: '1' }, 'one');
    const { body: current } = await cluster.api.get(at('updated'));
    const { body } = await cluster.api.put(
      at('updated', '?fieldManager=editor'),
      { ...current, data: { a: '1', z: '9' } },
    );
    expect(managerOf(body, 'editor')).toMatchObject({
      operation: 'Update',
      fieldsV1: { 'f:data': { 'f:z': {} } },
    });
  });

  it('a conflict with an update names it as such', async () => {
    await cluster.api.send(
      `${cluster.core('configmaps')}?fieldManager=creator`,
      {
        method: 'POST',
        body: { metadata: { name: 'made' }, data: { a: '1' } },
      },
    );
    const { status, body } = await apply('made', { a: '2' }, 'one');
    expect(status).toBe(409);
    expect(body.message).toContain('conflict with "creator" using v1');
  });

  it('an update by another takes ownership away from the applier', async () => {
    await apply('overwritten', { a: '1' }, 'one');
    await cluster.api.send(at('overwritten', '?fieldManager=editor'), {
      method: 'PATCH',
      contentType: 'application/merge-patch+json',
      body: { data: { a: '2' } },
    });
    const { status } = await apply('overwritten', { a: '1' }, 'one');
    expect(status).toBe(409);
  });

  it('a dry run answers and stores nothing', async () => {
    const { body } = await cluster.api.patch(
      'apply',
      at('dry', '?fieldManager=one&dryRun=All'),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'dry' },
        data: { a: '1' },
      },
    );
    expect(body.data).toEqual({ a: '1' });
    expect((await cluster.api.get(at('dry'))).status).toBe(404);
  });

  it('the body of another name than the path is refused', async () => {
    const { status } = await cluster.api.patch(
      'apply',
      at('path', '?fieldManager=one'),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'body' } },
    );
    expect(status).toBe(400);
  });

  it('labels and annotations are owned one by one', async () => {
    const applyLabels = (labels: object, manager: string) =>
      cluster.api.patch('apply', at('labels', `?fieldManager=${manager}`), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'labels', labels },
      });
    await applyLabels({ a: '1' }, 'one');
    await applyLabels({ b: '2' }, 'two');
    const { body } = await applyLabels({}, 'one');
    expect(body.metadata.labels).toEqual({ b: '2' });
  });

  describe('lists by key', () => {
    const deployment = (name: string, containers: object[]) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers },
        },
      },
    });
    const applyDeployment = (
      name: string,
      containers: object[],
      manager: string,
      force = false,
    ) =>
      cluster.api.patch(
        'apply',
        `${cluster.group(
          'apps/v1',
          'deployments',
          name,
        )}?fieldManager=${manager}&force=${force}`,
        deployment(name, containers),
      );
    const containersOf = (body: any) =>
      body.spec.template.spec.containers.map((each: any) => each.name);

    it('two managers own different items of one list', async () => {
      await applyDeployment(
        'items',
        [{ name: 'a', image: 'busybox:1' }],
        'one',
      );
      const { body } = await applyDeployment(
        'items',
        [{ name: 'b', image: 'busybox:1' }],
        'two',
      );
      expect(containersOf(body)).toEqual(['a', 'b']);
      expect(
        managerOf(body, 'two').fieldsV1['f:spec']['f:template']['f:spec'][
          'f:containers'
        ],
      ).toHaveProperty(['k:{"name":"b"}', 'f:image']);
    });

    it('an item that is no longer applied is removed, the others stay', async () => {
      await applyDeployment(
        'item-gone',
        [
          { name: 'a', image: 'busybox:1' },
          { name: 'b', image: 'busybox:1' },
        ],
        'one',
      );
      const { body } = await applyDeployment(
        'item-gone',
        [{ name: 'b', image: 'busybox:1' }],
        'one',
      );
      expect(containersOf(body)).toEqual(['b']);
    });

    it('a conflict inside an item names it by its key', async () => {
      await applyDeployment('key', [{ name: 'a', image: 'busybox:1' }], 'one');
      const { status, body } = await applyDeployment(
        'key',
        [{ name: 'a', image: 'busybox:2' }],
        'two',
      );
      expect(status).toBe(409);
      expect(body.details.causes[0].field).toBe(
        '.spec.template.spec.containers[name="a"].image',
      );
    });

    it('two items of one key are refused', async () => {
      const { status, body } = await applyDeployment(
        'double',
        [
          { name: 'a', image: 'busybox:1' },
          { name: 'a', image: 'busybox:2' },
        ],
        'one',
      );
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(body)).toContain('name');
    });

    it('ports merge by containerPort and protocol, the default protocol included', async () => {
      await applyDeployment(
        'ports',
        [{ name: 'a', image: 'busybox:1', ports: [{ containerPort: 80 }] }],
        'one',
      );
      const { body } = await applyDeployment(
        'ports',
        [{ name: 'a', ports: [{ containerPort: 81 }] }],
        'two',
      );
      expect(
        body.spec.template.spec.containers[0].ports.map(
          (port: any) => port.containerPort,
        ),
      ).toEqual([80, 81]);
    });

    it('an atomic list has one owner', async () => {
      const applyCommand = (command: string[], manager: string) =>
        applyDeployment(
          'atomic',
          [{ name: 'a', image: 'busybox:1', command }],
          manager,
        );
      await applyCommand(['a'], 'one');
      const { status, body } = await applyCommand(['b'], 'two');
      expect(status).toBe(409);
      expect(body.message).toContain('.command');
    });
  });

  describe('to the status', () => {
    it('owns fields of the status apart from those of the spec', async () => {
      await cluster.api.post(cluster.core('pods'), {
        metadata: { name: 'status' },
        spec: {
          nodeSelector: { 'conformance/none': 'true' },
          containers: [{ name: 'a', image: 'busybox:1' }],
        },
      });
      const { status, body } = await cluster.api.patch(
        'apply',
        `${cluster.core('pods', 'status', 'status')}?fieldManager=kubelet-like`,
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'status' },
          status: {
            conditions: [{ type: 'example.com/Mine', status: 'True' }],
          },
        },
      );
      expect(status).toBe(200);
      expect(managerOf(body, 'kubelet-like')).toMatchObject({
        operation: 'Apply',
        subresource: 'status',
      });
      expect(
        body.status.conditions.map((condition: any) => condition.type),
      ).toContain('example.com/Mine');
    });
  });
});
