import { useCluster } from './harness/useCluster';

describe('pods and what they are checked for', () => {
  const cluster = useCluster();
  const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: {
      // No node has it: these pods are about the API server alone.
      nodeSelector: { 'conformance/none': 'true' },
      containers: [{ name: 'main', image: 'busybox:1' }],
      ...spec,
    },
  });
  const create = (name: string, spec?: object, metadata?: object) =>
    cluster.api.post(cluster.core('pods'), pod(name, spec, metadata));

  it('what is not said is defaulted', async () => {
    const { status, body } = await create('defaults');
    expect(status).toBe(201);
    expect(body.spec).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
      schedulerName: 'default-scheduler',
      serviceAccountName: 'default',
      securityContext: {},
      enableServiceLinks: true,
    });
    expect(body.spec.containers[0]).toMatchObject({
      imagePullPolicy: 'IfNotPresent',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    });
    expect(body.status).toMatchObject({
      phase: 'Pending',
      qosClass: 'BestEffort',
    });
  });

  it('the image tag latest is pulled always', async () => {
    const { body } = await create('latest', {
      containers: [{ name: 'main', image: 'busybox' }],
    });
    expect(body.spec.containers[0].imagePullPolicy).toBe('Always');
  });

  it('probes are defaulted', async () => {
    const { body } = await create('probes', {
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          livenessProbe: { httpGet: { port: 80 } },
        },
      ],
    });
    expect(body.spec.containers[0].livenessProbe).toEqual({
      httpGet: { path: '/', port: 80, scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
  });

  it("the ServiceAccount's token is mounted, unless declined", async () => {
    const { body } = await create('mounted');
    const mount = body.spec.containers[0].volumeMounts.find(
      (each: any) =>
        each.mountPath === '/var/run/secrets/kubernetes.io/serviceaccount',
    );
    expect(mount.readOnly).toBe(true);
    const volume = body.spec.volumes.find(
      (each: any) => each.name === mount.name,
    );
    expect(
      volume.projected.sources.map((each: any) => Object.keys(each)[0]),
    ).toEqual(['serviceAccountToken', 'configMap', 'downwardAPI']);
    const declined = await create('declined', {
      automountServiceAccountToken: false,
    });
    expect(declined.body.spec.volumes).toBeUndefined();
  });

  it('a ServiceAccount that does not exist is refused', async () => {
    const { status, body } = await create('homeless', {
      serviceAccountName: 'absent',
    });
    expect(status).toBe(403);
    expect(body.message).toContain('error looking up service account');
  });

  it('not-ready and unreachable are tolerated for five minutes', async () => {
    const { body } = await create('tolerant');
    expect(body.spec.tolerations).toEqual(
      expect.arrayContaining([
        {
          key: 'node.kubernetes.io/not-ready',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        },
      ]),
    );
  });

  it('requests follow limits, and decide the class of service', async () => {
    const limits = { cpu: '100m', memory: '64Mi' };
    const { body } = await create('guaranteed', {
      containers: [{ name: 'main', image: 'busybox:1', resources: { limits } }],
    });
    expect(body.spec.containers[0].resources.requests).toEqual(limits);
    expect(body.status.qosClass).toBe('Guaranteed');
    const burstable = await create('burstable', {
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          resources: { requests: { cpu: '100m' } },
        },
      ],
    });
    expect(burstable.body.status.qosClass).toBe('Burstable');
  });

  it.each([
    ['no container', { containers: [] }, 'spec.containers: Required value'],
    [
      'a container without a name',
      { containers: [{ image: 'busybox:1' }] },
      'spec.containers[0].name: Required value',
    ],
    [
      'a container name that is no label',
      { containers: [{ name: 'Main', image: 'busybox:1' }] },
      'spec.containers[0].name: Invalid value: "Main"',
    ],
    [
      'two containers of one name',
      {
        containers: [
          { name: 'main', image: 'busybox:1' },
          { name: 'main', image: 'busybox:1' },
        ],
      },
      'spec.containers[1].name: Duplicate value: "main"',
    ],
    [
      'a container without an image',
      { containers: [{ name: 'main' }] },
      'spec.containers[0].image: Required value',
    ],
    [
      'a mount of a volume that is not there',
      {
        containers: [
          {
            name: 'main',
            image: 'busybox:1',
            volumeMounts: [{ name: 'none', mountPath: '/x' }],
          },
        ],
      },
      'spec.containers[0].volumeMounts[0].name: Not found: "none"',
    ],
    [
      'two mounts at one path',
      {
        volumes: [{ name: 'v', emptyDir: {} }],
        containers: [
          {
            name: 'main',
            image: 'busybox:1',
            volumeMounts: [
              { name: 'v', mountPath: '/x' },
              { name: 'v', mountPath: '/x' },
            ],
          },
        ],
      },
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique',
    ],
    [
      'a restart policy nobody knows',
      { restartPolicy: 'Sometimes' },
      'spec.restartPolicy: Unsupported value: "Sometimes"',
    ],
    [
      'a port out of range',
      {
        containers: [
          {
            name: 'main',
            image: 'busybox:1',
            ports: [{ containerPort: 70_000 }],
          },
        ],
      },
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      'an environment variable with value and source',
      {
        containers: [
          {
            name: 'main',
            image: 'busybox:1',
            env: [
              {
                name: 'A',
                value: 'b',
                valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
              },
            ],
          },
        ],
      },
      'spec.containers[0].env[0].valueFrom: Invalid value',
    ],
    [
      'a volume with two sources',
      {
        volumes: [{ name: 'v', emptyDir: {}, configMap: { name: 'x' } }],
      },
      'spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type',
    ],
    [
      'a request above its limit',
      {
        containers: [
          {
            name: 'main',
            image: 'busybox:1',
            resources: { requests: { cpu: '2' }, limits: { cpu: '1' } },
          },
        ],
      },
      'must be less than or equal to cpu limit',
    ],
    [
      'a relative mount path with ..',
      {
        volumes: [{ name: 'v', emptyDir: {} }],
        containers: [
          {
            name: 'main',
            image: 'busybox:1',
            volumeMounts: [{ name: 'v', mountPath: '/x', subPath: '../y' }],
          },
        ],
      },
      'subPath: Invalid value: "../y": must not contain \'..\'',
    ],
  ])('%s is refused', async (_, spec, message) => {
    const { status, body } = await create('refused', spec);
    expect(status).toBe(422);
    expect(body.message).toContain(message);
  });

  it('a quantity that is none is a bad request', async () => {
    const { status, body } = await create('quantity', {
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          resources: { limits: { cpu: 'lots' } },
        },
      ],
    });
    expect(status).toBe(400);
    expect(body.message).toContain(
      'quantities must match the regular expression',
    );
  });

  it('quantities are kept as they were said, in canonical form', async () => {
    const { body } = await create('canonical', {
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          resources: { requests: { cpu: '0.5', memory: '1024Mi' } },
        },
      ],
    });
    expect(body.spec.containers[0].resources.requests).toEqual({
      cpu: '500m',
      memory: '1Gi',
    });
  });

  it('a pod takes a new image, and hardly anything else', async () => {
    await create('fixed');
    const image = await cluster.api.patch(
      'strategic',
      cluster.core('pods', 'fixed'),
      { spec: { containers: [{ name: 'main', image: 'busybox:2' }] } },
    );
    expect(image.status).toBe(200);
    const { status, body } = await cluster.api.patch(
      'strategic',
      cluster.core('pods', 'fixed'),
      { spec: { restartPolicy: 'Never' } },
    );
    expect(status).toBe(422);
    expect(body.message).toContain(
      'spec: Forbidden: pod updates may not change fields other than',
    );
  });

  it('a native sidecar is an init container that restarts always', async () => {
    const { status, body } = await create('sidecar', {
      initContainers: [
        { name: 'side', image: 'busybox:1', restartPolicy: 'Always' },
      ],
    });
    expect(status).toBe(201);
    expect(body.spec.initContainers[0].restartPolicy).toBe('Always');
  });

  it('a pod that is not bound goes at once', async () => {
    await create('unbound');
    await cluster.api.delete(cluster.core('pods', 'unbound'));
    await cluster.until('it is gone', async () => {
      const { status } = await cluster.api.get(cluster.core('pods', 'unbound'));
      return status === 404;
    });
  });

  it('a quota refuses what goes beyond it, and says by how much', async () => {
    await cluster.api.post(cluster.core('resourcequotas'), {
      metadata: { name: 'few' },
      spec: { hard: { 'count/secrets': '1' } },
    });
    await cluster.until('the quota is counted', async () => {
      const { body } = await cluster.api.get(
        cluster.core('resourcequotas', 'few'),
      );
      return body.status?.hard?.['count/secrets'] === '1';
    });
    const first = await cluster.api.post(cluster.core('secrets'), {
      metadata: { name: 'first' },
    });
    expect(first.status).toBe(201);
    const { status, body } = await cluster.api.post(cluster.core('secrets'), {
      metadata: { name: 'second' },
    });
    expect(status).toBe(403);
    expect(body.message).toContain(
      'exceeded quota: few, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1',
    );
    await cluster.api.delete(cluster.core('resourcequotas', 'few'));
  });

  it('a limit range gives defaults', async () => {
    await cluster.api.post(cluster.core('limitranges'), {
      metadata: { name: 'range' },
      spec: {
        limits: [
          {
            type: 'Container',
            default: { memory: '128Mi' },
            defaultRequest: { memory: '64Mi' },
          },
        ],
      },
    });
    const ranged = await cluster.until('the defaults apply', async () => {
      const name = cluster.uniqueName('ranged');
      const { body } = await create(name);
      return body.spec.containers[0].resources.limits && body;
    });
    expect(ranged.spec.containers[0].resources).toEqual({
      limits: { memory: '128Mi' },
      requests: { memory: '64Mi' },
    });
    await cluster.api.delete(cluster.core('limitranges', 'range'));
  });

  it('Pod Security restricted refuses what is not, naming each fault', async () => {
    const name = cluster.uniqueName('restricted');
    await cluster.api.post('/api/v1/namespaces', {
      metadata: {
        name,
        labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    });
    await cluster.until('the default account is there', async () => {
      const { status } = await cluster.api.get(
        `/api/v1/namespaces/${name}/serviceaccounts/default`,
      );
      return status === 200;
    });
    const pods = `/api/v1/namespaces/${name}/pods`;
    const { status, body } = await cluster.api.post(pods, pod('loose'));
    expect(status).toBe(403);
    expect(body.message).toContain('violates PodSecurity "restricted:latest"');
    for (const fault of [
      'allowPrivilegeEscalation != false',
      'unrestricted capabilities',
      'runAsNonRoot != true',
      'seccompProfile',
    ]) {
      expect(body.message).toContain(fault);
    }
    const strict = await cluster.api.post(
      pods,
      pod('strict', {
        securityContext: {
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: 'main',
            image: 'busybox:1',
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      }),
    );
    expect(strict.status).toBe(201);
    await cluster.api.delete(`/api/v1/namespaces/${name}`);
  });
});

describe('services', () => {
  const cluster = useCluster();
  const create = (name: string, spec: object) =>
    cluster.api.post(cluster.core('services'), { metadata: { name }, spec });

  it('get an address of the cluster and defaults', async () => {
    const { status, body } = await create('plain', {
      selector: { app: 'a' },
      ports: [{ port: 80 }],
    });
    expect(status).toBe(201);
    expect(body.spec).toMatchObject({
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    expect(body.spec.clusterIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(body.spec.clusterIPs).toEqual([body.spec.clusterIP]);
  });

  it('headless ones have none', async () => {
    const { body } = await create('headless', {
      clusterIP: 'None',
      ports: [{ port: 80 }],
    });
    expect(body.spec.clusterIP).toBe('None');
  });

  it('keep their address over updates', async () => {
    const { body } = await create('kept', { ports: [{ port: 80 }] });
    const changed = await cluster.api.patch(
      'merge',
      cluster.core('services', 'kept'),
      { spec: { ports: [{ port: 81 }] } },
    );
    expect(changed.body.spec.clusterIP).toBe(body.spec.clusterIP);
    const moved = await cluster.api.patch(
      'merge',
      cluster.core('services', 'kept'),
      { spec: { clusterIP: '10.96.200.200', clusterIPs: ['10.96.200.200'] } },
    );
    expect(moved.status).toBe(422);
  });

  it('with several ports need names for them', async () => {
    const { status, body } = await create('ports', {
      ports: [{ port: 80 }, { port: 81 }],
    });
    expect(status).toBe(422);
    expect(body.message).toContain('spec.ports[0].name: Required value');
  });

  it('without ports are refused', async () => {
    const { status, body } = await create('none', { selector: { a: 'b' } });
    expect(status).toBe(422);
    expect(body.message).toContain('spec.ports: Required value');
  });
});
