import { useCluster } from './harness/useCluster';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

describe('lists', () => {
  const cluster = useCluster();
  const list = (query = '') =>
    cluster.api.get(`${cluster.core('configmaps')}${query}`);
  const names = (body: any) =>
    body.items.map((item: any) => item.metadata.name);

  beforeAll(async () => {
    for (const [name, tier] of [
      ['a', 'front'],
      ['b', 'back'],
      ['c', 'back'],
      ['d', undefined],
      ['e', 'front'],
    ] as const) {
      await cluster.api.post(cluster.core('configmaps'), {
        metadata: { name, labels: { set: 'list', ...(tier && { tier }) } },
      });
    }
  });

  it('a list is named after its kind, has a resourceVersion, and is sorted by name', async () => {
    const { status, body } = await list('?labelSelector=set');
    expect(status).toBe(200);
    expect(body.kind).toBe('ConfigMapList');
    expect(body.apiVersion).toBe('v1');
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(names(body)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('items of a typed list carry no kind of their own', async () => {
    const { body } = await list('?labelSelector=set');
    expect(body.items[0].kind).toBeUndefined();
    expect(body.items[0].apiVersion).toBeUndefined();
  });

  it('an empty list has items, and they are empty', async () => {
    const { body } = await list('?labelSelector=none');
    expect(body.items).toEqual([]);
  });

  it.each([
    ['tier=back', ['b', 'c']],
    ['tier==back', ['b', 'c']],
    ['tier!=back', ['a', 'd', 'e']],
    ['tier in (front,back)', ['a', 'b', 'c', 'e']],
    ['tier notin (front)', ['b', 'c', 'd']],
    ['tier', ['a', 'b', 'c', 'e']],
    ['!tier', ['d']],
    ['tier=front,set=list', ['a', 'e']],
  ])('the label selector %s', async (selector, expected) => {
    const { body } = await list(
      `?labelSelector=${encodeURIComponent(`set=list,${selector}`)}`,
    );
    expect(names(body)).toEqual(expected);
  });

  it('a label selector that cannot be parsed is a bad request', async () => {
    const { status, body } = await list(
      `?labelSelector=${encodeURIComponent('a in b')}`,
    );
    expect(status).toBe(400);
    expect(body.message).toContain('unable to parse requirement');
  });

  it('the field selector metadata.name', async () => {
    const { body } = await list('?fieldSelector=metadata.name%3Dc');
    expect(names(body)).toEqual(['c']);
  });

  it('the field selector metadata.name with !=', async () => {
    const { body } = await list(
      '?labelSelector=set&fieldSelector=metadata.name!%3Dc',
    );
    expect(names(body)).toEqual(['a', 'b', 'd', 'e']);
  });

  it('a field selector on a field that is not indexed is refused', async () => {
    const { status, body } = await list('?fieldSelector=data.key%3Dx');
    expect(status).toBe(400);
    expect(body.message).toContain('is not a known field selector');
  });

  it('pods are selected by status.phase and by spec.nodeName', async () => {
    await cluster.api.post(cluster.core('pods'), {
      metadata: { name: 'selected' },
      spec: {
        nodeSelector: { 'conformance/none': 'true' },
        containers: [{ name: 'a', image: 'busybox:1' }],
      },
    });
    const pods = cluster.core('pods');
    const pending = await cluster.api.get(
      `${pods}?fieldSelector=status.phase%3DPending`,
    );
    expect(names(pending.body)).toEqual(['selected']);
    const unbound = await cluster.api.get(
      `${pods}?fieldSelector=spec.nodeName%3D`,
    );
    expect(names(unbound.body)).toEqual(['selected']);
    const running = await cluster.api.get(
      `${pods}?fieldSelector=status.phase%3DRunning`,
    );
    expect(names(running.body)).toEqual([]);
  });

  it('a limit gives pages that are consistent with the first', async () => {
    const first = await list('?labelSelector=set&limit=2');
    expect(names(first.body)).toEqual(['a', 'b']);
    expect(first.body.metadata.continue).toBeTruthy();
    await cluster.api.post(cluster.core('configmaps'), {
      metadata: { name: 'bb', labels: { set: 'list' } },
    });
    const second = await list(
      `?labelSelector=set&limit=2&continue=${encodeURIComponent(
        first.body.metadata.continue,
      )}`,
    );
    expect(names(second.body)).toEqual(['c', 'd']);
    expect(second.body.metadata.resourceVersion).toBe(
      first.body.metadata.resourceVersion,
    );
    const last = await list(
      `?labelSelector=set&limit=2&continue=${encodeURIComponent(
        second.body.metadata.continue,
      )}`,
    );
    expect(names(last.body)).toEqual(['e']);
    expect(last.body.metadata.continue).toBeUndefined();
    await cluster.api.delete(cluster.core('configmaps', 'bb'));
  });

  it('an unfiltered page says how many items remain', async () => {
    const { body } = await list('?limit=2');
    const all = await list();
    expect(body.metadata.remainingItemCount).toBe(all.body.items.length - 2);
  });

  it('a continue token that is none is a bad request', async () => {
    const { status, body } = await list('?limit=2&continue=nonsense');
    expect(status).toBe(400);
    expect(body.message).toContain('continue');
  });

  it('continue together with resourceVersion is refused', async () => {
    const first = await list('?limit=1');
    const { status } = await list(
      `?limit=1&resourceVersion=${
        first.body.metadata.resourceVersion
      }&continue=${encodeURIComponent(first.body.metadata.continue)}`,
    );
    expect(status).toBe(400);
  });

  it('a list at resourceVersion 0 is served', async () => {
    const { status, body } = await list('?labelSelector=set&resourceVersion=0');
    expect(status).toBe(200);
    expect(names(body)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('a list not older than a version that has not come yet times out as retryable', async () => {
    const { status, body } = await list(
      '?resourceVersion=999999999999&resourceVersionMatch=NotOlderThan&timeoutSeconds=1',
    );
    expect(status).toBe(504);
    expect(body.reason).toBe('Timeout');
    expect(body.details.causes[0].reason).toBe('ResourceVersionTooLarge');
  });

  it('a resourceVersion that is no number is refused', async () => {
    const { status, body } = await list('?resourceVersion=x');
    expect(status).toBe(400);
    expect(body.message).toContain('resourceVersion');
  });

  it('resourceVersionMatch without resourceVersion is refused', async () => {
    const { status } = await list('?resourceVersionMatch=Exact');
    expect(status).toBe(422);
  });

  it('a list over all namespaces holds those of this one', async () => {
    const { body } = await cluster.api.get(
      '/api/v1/configmaps?labelSelector=set%3Dlist',
    );
    expect(
      body.items.filter(
        (item: any) => item.metadata.namespace === cluster.namespace,
      ),
    ).toHaveLength(5);
  });

  it('a table has columns and rows with partial metadata', async () => {
    const { body } = await cluster.api.get(
      `${cluster.core('configmaps')}?labelSelector=set`,
      { Accept: TABLE },
    );
    expect(body.kind).toBe('Table');
    expect(body.apiVersion).toBe('meta.k8s.io/v1');
    expect(body.columnDefinitions.map((column: any) => column.name)).toEqual([
      'Name',
      'Data',
      'Age',
    ]);
    expect(body.rows[0].cells.slice(0, 2)).toEqual(['a', 0]);
    expect(body.rows[0].object.kind).toBe('PartialObjectMetadata');
    expect(body.rows[0].object.metadata.name).toBe('a');
  });

  it('a table of one object is a table with one row', async () => {
    const { body } = await cluster.api.get(cluster.core('configmaps', 'a'), {
      Accept: TABLE,
    });
    expect(body.kind).toBe('Table');
    expect(body.rows).toHaveLength(1);
  });

  it('a table with includeObject=None carries no objects', async () => {
    const { body } = await cluster.api.get(
      `${cluster.core('configmaps')}?includeObject=None`,
      { Accept: TABLE },
    );
    expect(body.rows[0].object).toBeNull();
  });

  it('partial metadata leaves spec and data out', async () => {
    const { body } = await cluster.api.get(cluster.core('configmaps'), {
      Accept:
        'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    expect(body.kind).toBe('PartialObjectMetadataList');
    expect(body.items[0].metadata.name).toBeDefined();
    expect(body.items[0].data).toBeUndefined();
  });

  it('an Accept header that nothing satisfies is 406', async () => {
    const { status } = await cluster.api.get(cluster.core('configmaps'), {
      Accept: 'text/csv',
    });
    expect(status).toBe(406);
  });

  it.each([
    ['pods', ['Name', 'Ready', 'Status', 'Restarts', 'Age']],
    [
      'services',
      ['Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age'],
    ],
    ['secrets', ['Name', 'Type', 'Data', 'Age']],
    ['events', ['Last Seen', 'Type', 'Reason', 'Object']],
    [
      'persistentvolumeclaims',
      ['Name', 'Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass'],
    ],
  ])(
    'the table of %s shows the columns kubectl users know',
    async (plural, columns) => {
      const { body } = await cluster.api.get(cluster.core(plural), {
        Accept: TABLE,
      });
      expect(
        body.columnDefinitions
          .filter((column: any) => !column.priority)
          .map((column: any) => column.name),
      ).toEqual(expect.arrayContaining(columns));
    },
  );

  it.each([
    [
      'apps/v1',
      'deployments',
      ['Name', 'Ready', 'Up-to-date', 'Available', 'Age'],
    ],
    ['batch/v1', 'jobs', ['Name', 'Status', 'Completions', 'Duration', 'Age']],
  ])('the table of %s %s likewise', async (group, plural, columns) => {
    const { body } = await cluster.api.get(cluster.group(group, plural), {
      Accept: TABLE,
    });
    expect(
      body.columnDefinitions
        .filter((column: any) => !column.priority)
        .map((column: any) => column.name),
    ).toEqual(columns);
  });
});
