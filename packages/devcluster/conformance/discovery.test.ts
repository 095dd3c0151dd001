import { useCluster } from './harness/useCluster';

describe('discovery and OpenAPI', () => {
  const cluster = useCluster();

  it('/api and /apis list versions and groups', async () => {
    const core = await cluster.api.get('/api');
    expect(core.body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const { body } = await cluster.api.get('/apis');
    expect(body.kind).toBe('APIGroupList');
    expect(body.groups.map((each: any) => each.name)).toEqual(
      expect.arrayContaining([
        'apps',
        'batch',
        'rbac.authorization.k8s.io',
        'coordination.k8s.io',
        'events.k8s.io',
        'networking.k8s.io',
        'apiextensions.k8s.io',
        'admissionregistration.k8s.io',
        'authentication.k8s.io',
        'authorization.k8s.io',
        'discovery.k8s.io',
      ]),
    );
  });

  it.each([
    ['/api/v1', 'pods', 'Pod', ['po'], true],
    ['/api/v1', 'namespaces', 'Namespace', ['ns'], false],
    ['/api/v1', 'nodes', 'Node', ['no'], false],
    ['/api/v1', 'configmaps', 'ConfigMap', ['cm'], true],
    ['/api/v1', 'serviceaccounts', 'ServiceAccount', ['sa'], true],
    [
      '/api/v1',
      'persistentvolumeclaims',
      'PersistentVolumeClaim',
      ['pvc'],
      true,
    ],
    ['/apis/apps/v1', 'deployments', 'Deployment', ['deploy'], true],
    ['/apis/apps/v1', 'replicasets', 'ReplicaSet', ['rs'], true],
    [
      '/apis/networking.k8s.io/v1',
      'networkpolicies',
      'NetworkPolicy',
      ['netpol'],
      true,
    ],
  ])('%s has %s', async (path, name, kind, shortNames, namespaced) => {
    const { body } = await cluster.api.get(path);
    expect(
      body.resources.find((each: any) => each.name === name),
    ).toMatchObject({ kind, shortNames, namespaced });
  });

  it('subresources are listed', async () => {
    const { body } = await cluster.api.get('/api/v1');
    expect(body.resources.map((each: any) => each.name)).toEqual(
      expect.arrayContaining([
        'pods/status',
        'pods/log',
        'pods/exec',
        'pods/attach',
        'pods/eviction',
        'pods/binding',
        'pods/portforward',
        'pods/proxy',
        'services/proxy',
        'services/status',
        'serviceaccounts/token',
        'namespaces/finalize',
      ]),
    );
  });

  it('aggregated discovery answers all groups at once', async () => {
    const { body } = await cluster.api.get('/apis', {
      Accept:
        'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList',
    });
    expect(body.kind).toBe('APIGroupDiscoveryList');
    const apps = body.items.find((each: any) => each.metadata.name === 'apps');
    const deployments = apps.versions[0].resources.find(
      (each: any) => each.resource === 'deployments',
    );
    expect(deployments).toMatchObject({
      responseKind: { kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
    });
    expect(
      deployments.subresources.map((each: any) => each.subresource).sort(),
    ).toEqual(['scale', 'status']);
  });

  it('OpenAPI v3 has a document for each group version', async () => {
    const { body } = await cluster.api.get('/openapi/v3');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['api/v1', 'apis/apps/v1']),
    );
    const url = body.paths['apis/apps/v1'].serverRelativeURL;
    const document = await cluster.api.get(url);
    const deployment =
      document.body.components.schemas['io.k8s.api.apps.v1.Deployment'];
    expect(deployment['x-kubernetes-group-version-kind']).toEqual([
      { group: 'apps', kind: 'Deployment', version: 'v1' },
    ]);
    expect(deployment.properties.spec).toBeDefined();
  });

  it('OpenAPI v2 is there for those who still ask', async () => {
    const { status, body } = await cluster.api.get('/openapi/v2');
    expect(status).toBe(200);
    expect(body.swagger).toBe('2.0');
    expect(body.definitions['io.k8s.api.core.v1.Pod']).toBeDefined();
  });

  it('/version says a Kubernetes version', async () => {
    const { body } = await cluster.api.get('/version');
    expect(body.major).toBe('1');
    expect(body.gitVersion).toMatch(/^v1\.\d+\.\d+/);
  });

  it('kubectl api-resources', async () => {
    const { status, stdout } = await cluster.kubectl(['api-resources']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/,
    );
  });

  it('kubectl explain reads a built-in field', async () => {
    const { stdout } = await cluster.kubectl([
      'explain',
      'deployment.spec.replicas',
    ]);
    expect(stdout).toContain('FIELD: replicas <integer>');
    expect(stdout).toContain('Number of desired pods');
  });
});

describe('strictness about fields', () => {
  const cluster = useCluster();
  const send = (query: string, body: unknown) =>
    cluster.api.post(`${cluster.core('configmaps')}${query}`, body);

  it('an unknown field of a built-in kind is dropped by default', async () => {
    const { status, body } = await send('', {
      metadata: { name: 'dropped' },
      nonsense: 1,
    });
    expect(status).toBe(201);
    expect(body.nonsense).toBeUndefined();
  });

  it('Strict refuses it and names the path', async () => {
    const { status, body } = await send('?fieldValidation=Strict', {
      metadata: { name: 'strict', nonsense: 1 },
    });
    expect(status).toBe(400);
    expect(body.message).toContain(
      'strict decoding error: unknown field "metadata.nonsense"',
    );
  });

  it('Warn warns', async () => {
    const { headers } = await send('?fieldValidation=Warn', {
      metadata: { name: 'warn' },
      nonsense: 1,
    });
    expect(headers.warning).toMatch(/^299 - "unknown field \\"nonsense\\""/);
  });

  it('a field of the wrong type is a bad request', async () => {
    const { status, body } = await send('', {
      metadata: { name: 'typed' },
      data: { a: 1 },
    });
    expect(status).toBe(400);
    expect(body.message).toContain(
      'cannot unmarshal number into Go struct field',
    );
  });

  it('a value nobody knows for fieldValidation is refused', async () => {
    const { status } = await send('?fieldValidation=Maybe', {
      metadata: { name: 'maybe' },
    });
    expect(status).toBe(422);
  });
});
