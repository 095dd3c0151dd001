import { useCluster } from './harness/useCluster';

describe('deployments and jobs, as far as no node is needed', () => {
  const cluster = useCluster();
  const nowhere = { 'conformance/none': 'true' };
  const deployment = (name: string, replicas = 1, image = 'busybox:1') => ({
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          nodeSelector: nowhere,
          containers: [{ name: 'main', image }],
        },
      },
    },
  });
  const deployments = (...rest: string[]) =>
    cluster.group('apps/v1', 'deployments', ...rest);
  const jobs = (...rest: string[]) =>
    cluster.group('batch/v1', 'jobs', ...rest);
  const podsOf = async (label: string) =>
    (
      await cluster.api.get(
        `${cluster.core('pods')}?labelSelector=${encodeURIComponent(label)}`,
      )
    ).body.items as any[];
  const replicaSetsOf = async (name: string) =>
    (
      await cluster.api.get(
        `${cluster.group(
          'apps/v1',
          'replicasets',
        )}?labelSelector=app%3D${name}`,
      )
    ).body.items as any[];

  it('a Deployment makes a ReplicaSet, and that its pods, each owned and labelled', async () => {
    await cluster.api.post(deployments(), deployment('owned', 2));
    const pods = await cluster.until('two pods are there', async () => {
      const found = await podsOf('app=owned');
      return found.length === 2 && found;
    });
    const [replicaSet] = await replicaSetsOf('owned');
    expect(replicaSet.metadata.ownerReferences[0]).toMatchObject({
      kind: 'Deployment',
      name: 'owned',
      controller: true,
      blockOwnerDeletion: true,
    });
    expect(replicaSet.metadata.name).toBe(
      `owned-${replicaSet.metadata.labels['pod-template-hash']}`,
    );
    expect(pods[0].metadata.ownerReferences[0]).toMatchObject({
      kind: 'ReplicaSet',
      name: replicaSet.metadata.name,
    });
    expect(pods[0].metadata.name).toMatch(
      new RegExp(`^${replicaSet.metadata.name}-[a-z0-9]{5}$`),
    );
  });

  it('the status follows, with observedGeneration and conditions', async () => {
    await cluster.api.post(deployments(), deployment('status'));
    const { status } = await cluster.until('it is observed', async () => {
      const { body } = await cluster.api.get(deployments('status'));
      return body.status.unavailableReplicas === 1 && body;
    });
    expect(status).toMatchObject({
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
    });
    expect(
      status.conditions.map((each: any) => [each.type, each.status]),
    ).toEqual(
      expect.arrayContaining([
        ['Available', 'False'],
        ['Progressing', 'True'],
      ]),
    );
  });

  it('scaling down removes pods', async () => {
    await cluster.api.post(deployments(), deployment('scaling', 3));
    await cluster.until(
      'three pods are there',
      async () => (await podsOf('app=scaling')).length === 3,
    );
    await cluster.api.patch('merge', deployments('scaling'), {
      spec: { replicas: 1 },
    });
    await cluster.until(
      'one pod is left',
      async () => (await podsOf('app=scaling')).length === 1,
    );
  });

  it('a pod that is deleted is replaced', async () => {
    await cluster.api.post(deployments(), deployment('replaced'));
    const [first] = await cluster.until('a pod is there', async () => {
      const found = await podsOf('app=replaced');
      return found.length === 1 && found;
    });
    await cluster.api.delete(cluster.core('pods', first.metadata.name));
    await cluster.until('another is there', async () => {
      const found = await podsOf('app=replaced');
      return found.length === 1 && found[0].metadata.uid !== first.metadata.uid;
    });
  });

  it('a new template makes a new ReplicaSet and a new revision', async () => {
    await cluster.api.post(deployments(), deployment('rolled'));
    await cluster.until(
      'the first is there',
      async () => (await replicaSetsOf('rolled')).length === 1,
    );
    await cluster.api.patch('strategic', deployments('rolled'), {
      spec: {
        template: {
          spec: { containers: [{ name: 'main', image: 'busybox:2' }] },
        },
      },
    });
    const sets = await cluster.until('there are two', async () => {
      const found = await replicaSetsOf('rolled');
      return found.length === 2 && found;
    });
    expect(
      sets
        .map(
          set => set.metadata.annotations['deployment.kubernetes.io/revision'],
        )
        .sort(),
    ).toEqual(['1', '2']);
  });

  it('a change of replicas alone makes no new ReplicaSet', async () => {
    await cluster.api.post(deployments(), deployment('same', 0));
    await cluster.until(
      'it is there',
      async () => (await replicaSetsOf('same')).length === 1,
    );
    await cluster.api.patch('merge', deployments('same'), {
      spec: { replicas: 1 },
    });
    await cluster.until(
      'a pod is there',
      async () => (await podsOf('app=same')).length === 1,
    );
    expect(await replicaSetsOf('same')).toHaveLength(1);
  });

  it('a deleted Deployment takes all with it', async () => {
    await cluster.api.post(deployments(), deployment('whole'));
    await cluster.until(
      'a pod is there',
      async () => (await podsOf('app=whole')).length === 1,
    );
    await cluster.api.delete(deployments('whole'), {
      propagationPolicy: 'Background',
    });
    await cluster.until(
      'all are gone',
      async () =>
        !(await podsOf('app=whole')).length &&
        !(
          await replicaSetsOf('whole')
        ).length,
    );
  });

  it('a Job makes a pod, labelled and owned', async () => {
    await cluster.api.post(jobs(), {
      metadata: { name: 'once' },
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            nodeSelector: nowhere,
            containers: [{ name: 'main', image: 'busybox:1' }],
          },
        },
      },
    });
    const [pod] = await cluster.until('a pod is there', async () => {
      const found = await podsOf('batch.kubernetes.io/job-name=once');
      return found.length > 0 && found;
    });
    expect(pod.metadata.ownerReferences[0]).toMatchObject({
      kind: 'Job',
      name: 'once',
      controller: true,
    });
    const { body } = await cluster.until('the Job counts it', async () => {
      const answer = await cluster.api.get(jobs('once'));
      return answer.body.status.active === 1 && answer;
    });
    expect(body.status.startTime).toBeDefined();
    expect(body.spec).toMatchObject({
      backoffLimit: 6,
      completions: 1,
      parallelism: 1,
    });
  });

  it('a Job needs a restart policy that lets it end', async () => {
    const { status, body } = await cluster.api.post(jobs(), {
      metadata: { name: 'always' },
      spec: {
        template: {
          spec: { containers: [{ name: 'main', image: 'busybox:1' }] },
        },
      },
    });
    expect(status).toBe(422);
    expect(body.message).toContain(
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    );
  });

  it("a Job's template cannot be changed", async () => {
    const { status, body } = await cluster.api.patch(
      'strategic',
      jobs('once'),
      {
        spec: {
          template: {
            spec: { containers: [{ name: 'main', image: 'busybox:2' }] },
          },
        },
      },
    );
    expect(status).toBe(422);
    expect(body.message).toContain('field is immutable');
  });

  it('a Job that is past its deadline fails, saying so', async () => {
    await cluster.api.post(jobs(), {
      metadata: { name: 'late' },
      spec: {
        activeDeadlineSeconds: 1,
        template: {
          spec: {
            restartPolicy: 'Never',
            nodeSelector: nowhere,
            containers: [{ name: 'main', image: 'busybox:1' }],
          },
        },
      },
    });
    const condition = await cluster.until('it has failed', async () => {
      const { body } = await cluster.api.get(jobs('late'));
      return body.status.conditions?.find(
        (each: any) => each.type === 'Failed' && each.status === 'True',
      );
    });
    expect(condition.reason).toBe('DeadlineExceeded');
  });

  it('a suspended Job makes no pod until it is resumed', async () => {
    await cluster.api.post(jobs(), {
      metadata: { name: 'suspended' },
      spec: {
        suspend: true,
        template: {
          spec: {
            restartPolicy: 'Never',
            nodeSelector: nowhere,
            containers: [{ name: 'main', image: 'busybox:1' }],
          },
        },
      },
    });
    await cluster.until('it says so', async () => {
      const { body } = await cluster.api.get(jobs('suspended'));
      return body.status.conditions?.some(
        (each: any) => each.type === 'Suspended' && each.status === 'True',
      );
    });
    expect(await podsOf('batch.kubernetes.io/job-name=suspended')).toEqual([]);
    await cluster.api.patch('merge', jobs('suspended'), {
      spec: { suspend: false },
    });
    await cluster.until(
      'a pod is there',
      async () =>
        (await podsOf('batch.kubernetes.io/job-name=suspended')).length === 1,
    );
  });

  it('the address of a Service gets an EndpointSlice', async () => {
    await cluster.api.post(cluster.core('services'), {
      metadata: { name: 'sliced' },
      spec: { selector: { app: 'sliced' }, ports: [{ port: 80 }] },
    });
    await cluster.until('the slice is there', async () => {
      const { body } = await cluster.api.get(
        `${cluster.group(
          'discovery.k8s.io/v1',
          'endpointslices',
        )}?labelSelector=kubernetes.io%2Fservice-name%3Dsliced`,
      );
      return body.items.length === 1;
    });
  });
});

describe('leases and events', () => {
  const cluster = useCluster();

  it('a Lease is taken over only by who saw its last version', async () => {
    const leases = cluster.group('coordination.k8s.io/v1', 'leases');
    const { body } = await cluster.api.post(leases, {
      metadata: { name: 'leader' },
      spec: {
        holderIdentity: 'a',
        leaseDurationSeconds: 15,
        renewTime: '2026-01-01T00:00:00.000000Z',
      },
    });
    expect(body.spec.renewTime).toBe('2026-01-01T00:00:00.000000Z');
    const take = (holderIdentity: string) =>
      cluster.api.put(`${leases}/leader`, {
        ...body,
        spec: { ...body.spec, holderIdentity },
      });
    expect((await take('b')).status).toBe(200);
    expect((await take('c')).status).toBe(409);
  });

  it('an event written to one group is read from the other', async () => {
    const { status } = await cluster.api.post(
      cluster.group('events.k8s.io/v1', 'events'),
      {
        metadata: { name: 'happened' },
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'example.com/conformance',
        reportingInstance: 'one',
        action: 'Testing',
        reason: 'Tested',
        type: 'Normal',
        note: 'It was tested.',
        regarding: { kind: 'Pod', name: 'x', namespace: cluster.namespace },
      },
    );
    expect(status).toBe(201);
    const { body } = await cluster.api.get(cluster.core('events', 'happened'));
    expect(body).toMatchObject({
      kind: 'Event',
      apiVersion: 'v1',
      message: 'It was tested.',
      reason: 'Tested',
      involvedObject: { kind: 'Pod', name: 'x' },
    });
  });

  it('events are selected by what they are about', async () => {
    const { body } = await cluster.api.get(
      `${cluster.core('events')}?fieldSelector=${encodeURIComponent(
        'involvedObject.kind=Pod,involvedObject.name=x',
      )}`,
    );
    expect(body.items.map((each: any) => each.metadata.name)).toEqual([
      'happened',
    ]);
  });
});
