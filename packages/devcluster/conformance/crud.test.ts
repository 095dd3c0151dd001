import { useCluster } from './harness/useCluster';

describe('create, read, update, delete', () => {
  const cluster = useCluster();
  const configMaps = (...rest: string[]) => cluster.core('configmaps', ...rest);
  const create = (name: string, extra: object = {}) =>
    cluster.api.post(configMaps(), {
      metadata: { name },
      data: { key: 'value' },
      ...extra,
    });

  it('a create answers 201 with uid, resourceVersion and creationTimestamp', async () => {
    const { status, body } = await create('created');
    expect(status).toBe(201);
    expect(body.kind).toBe('ConfigMap');
    expect(body.apiVersion).toBe('v1');
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(body.metadata.creationTimestamp).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    );
    expect(body.metadata.namespace).toBe(cluster.namespace);
  });

  it('a second create of one name is AlreadyExists', async () => {
    await create('twice');
    const { status, body } = await create('twice');
    expect(status).toBe(409);
    expect(body).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'AlreadyExists',
      code: 409,
      message: 'configmaps "twice" already exists',
      details: { name: 'twice', kind: 'configmaps' },
    });
  });

  it('a read of what is not there is NotFound', async () => {
    const { status, body } = await cluster.api.get(configMaps('absent'));
    expect(status).toBe(404);
    expect(body).toMatchObject({
      reason: 'NotFound',
      message: 'configmaps "absent" not found',
      details: { name: 'absent', kind: 'configmaps' },
    });
  });

  it('a path that serves nothing is a 404', async () => {
    const { status } = await cluster.api.get(cluster.core('nonsenses'));
    expect(status).toBe(404);
  });

  it('generateName makes a name of the prefix and five letters', async () => {
    const { status, body } = await cluster.api.post(configMaps(), {
      metadata: { generateName: 'prefix-' },
    });
    expect(status).toBe(201);
    expect(body.metadata.name).toMatch(/^prefix-[a-z0-9]{5}$/);
    expect(body.metadata.generateName).toBe('prefix-');
  });

  it('a create without name or generateName is refused', async () => {
    const { status, body } = await cluster.api.post(configMaps(), {
      metadata: {},
    });
    expect(status).toBe(422);
    expect(body.message).toContain(
      'metadata.name: Required value: name or generateName is required',
    );
  });

  it('a name that is no DNS subdomain is refused with its path', async () => {
    const { status, body } = await create('Not_Valid');
    expect(status).toBe(422);
    expect(body.reason).toBe('Invalid');
    expect(body.message).toContain(
      'metadata.name: Invalid value: "Not_Valid": a lowercase RFC 1123 subdomain must consist of',
    );
    expect(body.details.causes[0]).toMatchObject({
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
    });
  });

  it('a namespace in the body other than the one of the path is refused', async () => {
    const { status, body } = await cluster.api.post(configMaps(), {
      metadata: { name: 'elsewhere', namespace: 'other' },
    });
    expect(status).toBe(400);
    expect(body.message).toContain(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  });

  it('a create in a namespace that does not exist is NotFound', async () => {
    const { status, body } = await cluster.api.post(
      '/api/v1/namespaces/does-not-exist/configmaps',
      { metadata: { name: 'a' } },
    );
    expect(status).toBe(404);
    expect(body.message).toBe('namespaces "does-not-exist" not found');
  });

  it('a body that is no JSON is a bad request', async () => {
    const { status, body } = await cluster.api.post(configMaps(), '{nope');
    expect(status).toBe(400);
    expect(body.reason).toBe('BadRequest');
  });

  it('a body of another kind is a bad request', async () => {
    const { status, body } = await cluster.api.post(configMaps(), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'wrong' },
    });
    expect(status).toBe(400);
    expect(body.reason).toBe('BadRequest');
  });

  it('a body in YAML is understood', async () => {
    const { status, body } = await cluster.api.send(configMaps(), {
      method: 'POST',
      contentType: 'application/yaml',
      body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  a: b\n',
    });
    expect(status).toBe(201);
    expect(body.data).toEqual({ a: 'b' });
  });

  it('a media type nobody knows is 415', async () => {
    const { status, body } = await cluster.api.post(configMaps(), 'a=b', {
      contentType: 'application/x-nonsense',
    });
    expect(status).toBe(415);
    expect(body.reason).toBe('UnsupportedMediaType');
  });

  it('an update changes the resourceVersion and keeps the uid', async () => {
    const { body: first } = await create('updated');
    const { status, body } = await cluster.api.put(configMaps('updated'), {
      ...first,
      data: { key: 'other' },
    });
    expect(status).toBe(200);
    expect(body.data).toEqual({ key: 'other' });
    expect(body.metadata.uid).toBe(first.metadata.uid);
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(
      Number(first.metadata.resourceVersion),
    );
  });

  it('an update that changes nothing keeps the resourceVersion', async () => {
    const { body: first } = await create('unchanged');
    const { body } = await cluster.api.put(configMaps('unchanged'), first);
    expect(body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('an update with an old resourceVersion is a Conflict', async () => {
    const { body: first } = await create('conflict');
    await cluster.api.put(configMaps('conflict'), {
      ...first,
      data: { key: 'second' },
    });
    const { status, body } = await cluster.api.put(configMaps('conflict'), {
      ...first,
      data: { key: 'third' },
    });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "conflict": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('an update without resourceVersion wins whatever is there', async () => {
    await create('unconditional');
    const { status, body } = await cluster.api.put(
      configMaps('unconditional'),
      { metadata: { name: 'unconditional' }, data: { key: 'forced' } },
    );
    expect(status).toBe(200);
    expect(body.data.key).toBe('forced');
  });

  it('an update of another name than the path is refused', async () => {
    await create('named');
    const { status, body } = await cluster.api.put(configMaps('named'), {
      metadata: { name: 'other' },
    });
    expect(status).toBe(400);
    expect(body.message).toContain(
      'the name of the object (other) does not match the name on the URL (named)',
    );
  });

  it('an update with another uid is a Conflict', async () => {
    const { body: first } = await create('uid');
    const { status, body } = await cluster.api.put(configMaps('uid'), {
      ...first,
      metadata: { ...first.metadata, uid: 'another' },
    });
    expect(status).toBe(409);
    expect(body.message).toContain('Precondition failed: UID in precondition');
  });

  it('an update of what is not there is NotFound', async () => {
    const { status } = await cluster.api.put(configMaps('never'), {
      metadata: { name: 'never' },
    });
    expect(status).toBe(404);
  });

  it('a delete answers Success with the uid', async () => {
    const { body: first } = await create('deleted');
    const { status, body } = await cluster.api.delete(configMaps('deleted'));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'deleted', kind: 'configmaps', uid: first.metadata.uid },
    });
    expect((await cluster.api.get(configMaps('deleted'))).status).toBe(404);
  });

  it('a delete with the precondition of another uid is a Conflict', async () => {
    await create('guarded');
    const { status, body } = await cluster.api.delete(configMaps('guarded'), {
      preconditions: { uid: 'another' },
    });
    expect(status).toBe(409);
    expect(body.reason).toBe('Conflict');
    expect((await cluster.api.get(configMaps('guarded'))).status).toBe(200);
  });

  it('a delete with the precondition of an old resourceVersion is a Conflict', async () => {
    const { body: first } = await create('versioned');
    await cluster.api.patch('merge', configMaps('versioned'), {
      data: { key: 'new' },
    });
    const { status } = await cluster.api.delete(configMaps('versioned'), {
      preconditions: { resourceVersion: first.metadata.resourceVersion },
    });
    expect(status).toBe(409);
  });

  it('a dry run validates and answers, and stores nothing', async () => {
    const { status, body } = await cluster.api.post(
      `${configMaps()}?dryRun=All`,
      { metadata: { name: 'dry' }, data: { a: 'b' } },
    );
    expect(status).toBe(201);
    expect(body.metadata.uid).toBeDefined();
    expect((await cluster.api.get(configMaps('dry'))).status).toBe(404);
    const bad = await cluster.api.post(`${configMaps()}?dryRun=All`, {
      metadata: { name: 'Bad_Name' },
    });
    expect(bad.status).toBe(422);
  });

  it('a dry run of an update and of a delete changes nothing', async () => {
    const { body: first } = await create('dry-kept');
    const update = await cluster.api.put(
      `${configMaps('dry-kept')}?dryRun=All`,
      { ...first, data: { key: 'dry' } },
    );
    expect(update.body.data.key).toBe('dry');
    const removal = await cluster.api.delete(
      `${configMaps('dry-kept')}?dryRun=All`,
    );
    expect(removal.status).toBe(200);
    const { body } = await cluster.api.get(configMaps('dry-kept'));
    expect(body.data.key).toBe('value');
  });

  it('a dryRun value nobody knows is refused', async () => {
    const { status } = await cluster.api.post(`${configMaps()}?dryRun=Some`, {
      metadata: { name: 'some' },
    });
    expect(status).toBe(422);
  });

  it('creationTimestamp and uid cannot be chosen by the client', async () => {
    const { body } = await create('chosen', {
      metadata: {
        name: 'chosen',
        uid: 'mine',
        creationTimestamp: '2001-01-01T00:00:00Z',
      },
    });
    expect(body.metadata.uid).not.toBe('mine');
    expect(body.metadata.creationTimestamp).not.toBe('2001-01-01T00:00:00Z');
  });

  it('generation is there for kinds with a spec, and rises only with the spec', async () => {
    const deployments = cluster.group('apps/v1', 'deployments');
    const { status, body } = await cluster.api.post(deployments, {
      metadata: { name: 'generations' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'generations' } },
        template: {
          metadata: { labels: { app: 'generations' } },
          spec: { containers: [{ name: 'a', image: 'busybox:1' }] },
        },
      },
    });
    expect(status).toBe(201);
    expect(body.metadata.generation).toBe(1);
    const labelled = await cluster.api.patch(
      'merge',
      `${deployments}/generations`,
      { metadata: { labels: { a: 'b' } } },
    );
    expect(labelled.body.metadata.generation).toBe(1);
    const changed = await cluster.api.patch(
      'merge',
      `${deployments}/generations`,
      { spec: { minReadySeconds: 1 } },
    );
    expect(changed.body.metadata.generation).toBe(2);
  });

  it('deletecollection deletes what the selector matches, and no more', async () => {
    await create('one', { metadata: { name: 'one', labels: { set: 'x' } } });
    await create('two', { metadata: { name: 'two', labels: { set: 'x' } } });
    await create('kept', { metadata: { name: 'kept', labels: { set: 'y' } } });
    const { status } = await cluster.api.delete(
      `${configMaps()}?labelSelector=set%3Dx`,
    );
    expect(status).toBe(200);
    const { body } = await cluster.api.get(`${configMaps()}?labelSelector=set`);
    expect(body.items.map((item: any) => item.metadata.name)).toEqual(['kept']);
  });

  it('a label value that is not valid is refused with its path', async () => {
    const { status, body } = await create('labelled', {
      metadata: { name: 'labelled', labels: { a: 'not valid!' } },
    });
    expect(status).toBe(422);
    expect(body.message).toContain(
      'metadata.labels: Invalid value: "not valid!": a valid label must be an empty string or consist of alphanumeric characters',
    );
  });

  it('an annotation may hold any text', async () => {
    const text = 'ü \n {"json": true}';
    const { body } = await create('annotated', {
      metadata: { name: 'annotated', annotations: { 'example.com/a': text } },
    });
    expect(body.metadata.annotations['example.com/a']).toBe(text);
  });

  it('a ConfigMap marked immutable takes no more changes', async () => {
    await create('immutable', { immutable: true });
    const { status, body } = await cluster.api.patch(
      'merge',
      configMaps('immutable'),
      { data: { key: 'changed' } },
    );
    expect(status).toBe(422);
    expect(body.message).toContain(
      'data: Forbidden: field is immutable when `immutable` is set',
    );
  });

  it("a Secret's stringData becomes data and is not kept itself", async () => {
    const { body } = await cluster.api.post(cluster.core('secrets'), {
      metadata: { name: 'string-data' },
      stringData: { user: 'alice' },
    });
    expect(body.data.user).toBe(Buffer.from('alice').toString('base64'));
    expect(body.stringData).toBeUndefined();
    expect(body.type).toBe('Opaque');
  });

  it("a Secret's type cannot be changed", async () => {
    await cluster.api.post(cluster.core('secrets'), {
      metadata: { name: 'typed' },
    });
    const { status, body } = await cluster.api.patch(
      'merge',
      cluster.core('secrets', 'typed'),
      { type: 'example.com/other' },
    );
    expect(status).toBe(422);
    expect(body.message).toContain('type: Invalid value');
    expect(body.message).toContain('field is immutable');
  });
});
