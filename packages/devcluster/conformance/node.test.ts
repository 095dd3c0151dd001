import { itOnNode, useCluster } from './harness/useCluster';

/** Has a POSIX shell; devcluster takes it for the host's own. */
const IMAGE = process.env.CONFORMANCE_IMAGE ?? 'localhost/busybox:1';

describe('pods that run', () => {
  const cluster = useCluster();
  const shell = (script: string, extra: object = {}) => ({
    name: 'main',
    image: IMAGE,
    command: ['sh', '-c', script],
    ...extra,
  });
  const start = async (
    name: string,
    script: string,
    { spec = {}, container = {} }: { spec?: object; container?: object } = {},
  ) => {
    const { status, body } = await cluster.api.post(cluster.core('pods'), {
      metadata: { name, labels: { app: name } },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 1,
        containers: [shell(script, container)],
        ...spec,
      },
    });
    expect([status, body.message]).toEqual([201, undefined]);
  };
  const pod = async (name: string) =>
    (await cluster.api.get(cluster.core('pods', name))).body;
  const untilPhase = (name: string, phase: string) =>
    cluster.until(`${name} is ${phase}`, async () => {
      const body = await pod(name);
      return body.status?.phase === phase && body;
    });
  const log = async (name: string, query = '') =>
    (await cluster.api.get(cluster.core('pods', name, `log${query}`))).body;
  const outputOf = async (
    name: string,
    script: string,
    options?: { spec?: object; container?: object },
  ) => {
    await start(name, script, options);
    await untilPhase(name, 'Succeeded');
    return log(name);
  };
  const sleeping = async (name: string, options?: object) => {
    await start(
      name,
      'trap "exit 0" TERM; while true; do sleep 0.1; done',
      options,
    );
    return untilPhase(name, 'Running');
  };

  itOnNode('a pod runs to its end, and says how', async () => {
    await start('ends', 'echo done');
    const { status } = await untilPhase('ends', 'Succeeded');
    expect(status.containerStatuses[0]).toMatchObject({
      name: 'main',
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode: 0, reason: 'Completed' } },
    });
    expect(status.podIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(status.startTime).toBeDefined();
  });

  itOnNode('a failing pod carries its exit status', async () => {
    await start('fails', 'exit 3');
    const { status } = await untilPhase('fails', 'Failed');
    expect(status.containerStatuses[0].state.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
    });
  });

  itOnNode('a running pod is Ready, with conditions', async () => {
    await sleeping('ready');
    const body = await cluster.until('it is Ready', async () => {
      const each = await pod('ready');
      return (
        each.status.conditions.some(
          (condition: any) =>
            condition.type === 'Ready' && condition.status === 'True',
        ) && each
      );
    });
    expect(
      body.status.conditions
        .filter((condition: any) => condition.status === 'True')
        .map((condition: any) => condition.type),
    ).toEqual(
      expect.arrayContaining([
        'PodScheduled',
        'Initialized',
        'ContainersReady',
        'Ready',
      ]),
    );
    expect(body.spec.nodeName).toBeTruthy();
    expect(body.status.containerStatuses[0]).toMatchObject({
      ready: true,
      started: true,
    });
  });

  describe('logs', () => {
    itOnNode('hold both streams', async () => {
      const output = await outputOf('streams', 'echo out; echo err >&2');
      expect(output.split('\n').filter(Boolean).sort()).toEqual(['err', 'out']);
    });

    itOnNode('give the last lines', async () => {
      await outputOf('tail', 'for i in 1 2 3 4 5; do echo $i; done');
      expect(await log('tail', '?tailLines=2')).toBe('4\n5\n');
    });

    itOnNode('are limited by bytes', async () => {
      await outputOf('bytes', 'echo 1234567890');
      expect(await log('bytes', '?limitBytes=4')).toBe('1234');
    });

    itOnNode('carry timestamps when asked', async () => {
      await outputOf('stamped', 'echo line');
      expect(await log('stamped', '?timestamps=true')).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) line\n$/,
      );
    });

    itOnNode('leave out what is older than asked', async () => {
      await outputOf('since', 'echo old; sleep 2.2; echo new');
      const seconds = await log('since', '?sinceSeconds=1');
      expect(seconds).not.toContain('old');
    });

    itOnNode('follow a container to its end', async () => {
      await start('follow', 'for i in 1 2 3; do echo $i; sleep 0.2; done');
      await cluster.until('it has begun', async () => {
        const { status } = await pod('follow');
        return status.phase === 'Running' || status.phase === 'Succeeded';
      });
      expect(await log('follow', '?follow=true')).toBe('1\n2\n3\n');
    });

    itOnNode('of the container before', async () => {
      await start('previous', 'echo first; exit 1', {
        spec: { restartPolicy: 'OnFailure' },
      });
      await cluster.until('it was restarted', async () => {
        const { status } = await pod('previous');
        return status.containerStatuses?.[0].restartCount > 0;
      });
      expect(await log('previous', '?previous=true')).toBe('first\n');
    });

    itOnNode('of a container that is not there are refused', async () => {
      await sleeping('nolog');
      const { status, body } = await cluster.api.get(
        cluster.core('pods', 'nolog', 'log?container=none'),
      );
      expect(status).toBe(400);
      expect(body.message).toContain(
        'container none is not valid for pod nolog',
      );
    });

    itOnNode('of several containers need a choice', async () => {
      await start('choice', 'sleep 0', {
        spec: {
          containers: [
            shell('sleep 0'),
            { ...shell('sleep 0'), name: 'other' },
          ],
        },
      });
      const { status, body } = await cluster.api.get(
        cluster.core('pods', 'choice', 'log'),
      );
      expect(status).toBe(400);
      expect(body.message).toContain(
        'a container name must be specified for pod choice, choose one of: [main other]',
      );
    });
  });

  describe('environment', () => {
    itOnNode('takes values, fields, ConfigMaps and Secrets', async () => {
      await cluster.api.post(cluster.core('configmaps'), {
        metadata: { name: 'env' },
        data: { KEY: 'from-map', OTHER: 'more' },
      });
      await cluster.api.post(cluster.core('secrets'), {
        metadata: { name: 'env' },
        stringData: { KEY: 'from-secret' },
      });
      const output = await outputOf('env', 'env | sort', {
        container: {
          envFrom: [{ prefix: 'P_', configMapRef: { name: 'env' } }],
          env: [
            { name: 'PLAIN', value: 'plain' },
            { name: 'EXPANDED', value: '$(PLAIN)-$$(PLAIN)-$(NONE)' },
            {
              name: 'POD',
              valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
            },
            {
              name: 'LABEL',
              valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } },
            },
            {
              name: 'MAP',
              valueFrom: { configMapKeyRef: { name: 'env', key: 'KEY' } },
            },
            {
              name: 'SECRET',
              valueFrom: { secretKeyRef: { name: 'env', key: 'KEY' } },
            },
            {
              name: 'OPTIONAL',
              valueFrom: {
                secretKeyRef: { name: 'none', key: 'KEY', optional: true },
              },
            },
          ],
        },
      });
      const lines = output.split('\n');
      expect(lines).toEqual(
        expect.arrayContaining([
          'PLAIN=plain',
          'EXPANDED=plain-$(PLAIN)-$(NONE)',
          'POD=env',
          'LABEL=env',
          'MAP=from-map',
          'SECRET=from-secret',
          'P_KEY=from-map',
          'P_OTHER=more',
        ]),
      );
      expect(output).not.toContain('OPTIONAL=');
    });

    itOnNode(
      'a ConfigMap that is missing holds the container back, in words',
      async () => {
        await start('missing', 'true', {
          container: {
            env: [
              {
                name: 'A',
                valueFrom: { configMapKeyRef: { name: 'absent', key: 'a' } },
              },
            ],
          },
        });
        const { waiting } = await cluster.until('it says why', async () => {
          const { status } = await pod('missing');
          const state = status.containerStatuses?.[0].state;
          return (
            state?.waiting?.reason === 'CreateContainerConfigError' && state
          );
        });
        expect(waiting.message).toContain('configmap "absent" not found');
      },
    );
  });

  describe('volumes', () => {
    itOnNode(
      'an emptyDir is shared by containers and empty at first',
      async () => {
        const output = await outputOf('shared', 'cat "$DIR/file"', {
          container: {
            env: [{ name: 'DIR', value: '/data' }],
            volumeMounts: [{ name: 'v', mountPath: '/data' }],
          },
          spec: {
            volumes: [{ name: 'v', emptyDir: {} }],
            initContainers: [
              {
                ...shell('ls -A "$DIR"; echo hello > "$DIR/file"'),
                name: 'init',
                env: [{ name: 'DIR', value: '/data' }],
                volumeMounts: [{ name: 'v', mountPath: '/data' }],
              },
            ],
            containers: [
              {
                ...shell('cat "$DIR/file"'),
                env: [{ name: 'DIR', value: '/data' }],
                volumeMounts: [{ name: 'v', mountPath: '/data' }],
              },
            ],
          },
        });
        expect(output).toBe('hello\n');
        expect(await log('shared', '?container=init')).toBe('');
      },
    );

    itOnNode(
      'a ConfigMap becomes files, with items, modes and updates',
      async () => {
        await cluster.api.post(cluster.core('configmaps'), {
          metadata: { name: 'files' },
          data: { a: 'one', b: 'two' },
        });
        const container = {
          env: [{ name: 'DIR', value: '/config' }],
          volumeMounts: [{ name: 'v', mountPath: '/config' }],
        };
        const output = await outputOf(
          'files',
          'cd "$DIR"; ls; cat renamed; stat -L -c " %a" renamed',
          {
            container,
            spec: {
              volumes: [
                {
                  name: 'v',
                  configMap: {
                    name: 'files',
                    items: [{ key: 'a', path: 'renamed', mode: 0o440 }],
                  },
                },
              ],
              containers: [
                shell(
                  'cd "$DIR"; ls; cat renamed; stat -L -c " %a" renamed',
                  container,
                ),
              ],
            },
          },
        );
        expect(output).toBe('renamed\none 440\n');
      },
    );

    itOnNode('a Secret becomes files', async () => {
      await cluster.api.post(cluster.core('secrets'), {
        metadata: { name: 'files' },
        stringData: { key: 'secret' },
      });
      const container = {
        env: [{ name: 'DIR', value: '/secret' }],
        volumeMounts: [{ name: 'v', mountPath: '/secret', readOnly: true }],
      };
      const output = await outputOf('secret', '', {
        spec: {
          volumes: [{ name: 'v', secret: { secretName: 'files' } }],
          containers: [shell('cat "$DIR/key"', container)],
        },
      });
      expect(output).toBe('secret');
    });

    itOnNode('a projected token is for its audience', async () => {
      const container = {
        env: [{ name: 'DIR', value: '/token' }],
        volumeMounts: [{ name: 'v', mountPath: '/token' }],
      };
      const token = await outputOf('token', '', {
        spec: {
          volumes: [
            {
              name: 'v',
              projected: {
                sources: [
                  {
                    serviceAccountToken: {
                      audience: 'greenroom',
                      expirationSeconds: 600,
                      path: 'token',
                    },
                  },
                  {
                    downwardAPI: {
                      items: [
                        {
                          path: 'name',
                          fieldRef: { fieldPath: 'metadata.name' },
                        },
                      ],
                    },
                  },
                ],
              },
            },
          ],
          containers: [shell('cat "$DIR/token"', container)],
        },
      });
      const claims = JSON.parse(
        Buffer.from(token.split('.')[1], 'base64url').toString(),
      );
      expect(claims.aud).toEqual(['greenroom']);
      expect(claims['kubernetes.io'].pod.name).toBe('token');
    });

    itOnNode(
      'a volume whose Secret is missing keeps the pod waiting, with an event',
      async () => {
        await start('nosecret', 'true', {
          spec: {
            volumes: [{ name: 'v', secret: { secretName: 'absent' } }],
            containers: [
              shell('true', {
                volumeMounts: [{ name: 'v', mountPath: '/secret' }],
              }),
            ],
          },
        });
        await cluster.until('the event is there', async () => {
          const { body } = await cluster.api.get(
            `${cluster.core('events')}?fieldSelector=${encodeURIComponent(
              'involvedObject.name=nosecret,reason=FailedMount',
            )}`,
          );
          return body.items[0]?.message.includes('secret "absent" not found');
        });
      },
    );
  });

  describe('init containers and sidecars', () => {
    itOnNode(
      'init containers run one after the other, before the others',
      async () => {
        await start('ordered', 'true', {
          spec: {
            initContainers: [
              { ...shell('sleep 0.2'), name: 'one' },
              { ...shell('true'), name: 'two' },
            ],
            containers: [shell('true')],
          },
        });
        const { status } = await untilPhase('ordered', 'Succeeded');
        const [one, two] = status.initContainerStatuses.map(
          (each: any) => each.state.terminated,
        );
        expect(Date.parse(two.startedAt)).toBeGreaterThanOrEqual(
          Date.parse(one.finishedAt),
        );
      },
    );

    itOnNode('a failing init container fails the pod', async () => {
      await start('badinit', 'true', {
        spec: {
          initContainers: [{ ...shell('exit 4'), name: 'one' }],
          containers: [shell('true')],
        },
      });
      const { status } = await untilPhase('badinit', 'Failed');
      expect(status.initContainerStatuses[0].state.terminated.exitCode).toBe(4);
      expect(status.containerStatuses[0].state.waiting.reason).toBe(
        'PodInitializing',
      );
    });

    itOnNode(
      'a sidecar runs beside, and does not keep the pod from its end',
      async () => {
        await start('sidecar', 'sleep 0.3', {
          spec: {
            initContainers: [
              {
                ...shell('trap "exit 0" TERM; while true; do sleep 0.1; done'),
                name: 'side',
                restartPolicy: 'Always',
              },
            ],
            containers: [shell('sleep 0.3')],
          },
        });
        const { status } = await untilPhase('sidecar', 'Succeeded');
        expect(status.initContainerStatuses[0].state.terminated).toBeDefined();
      },
    );

    itOnNode("the others wait for a sidecar's startup probe", async () => {
      await start('gated', 'true', {
        spec: {
          volumes: [{ name: 'v', emptyDir: {} }],
          initContainers: [
            {
              ...shell(
                'trap "exit 0" TERM; sleep 1.2; touch "$DIR/up"; while true; do sleep 0.1; done',
                {
                  env: [{ name: 'DIR', value: '/data' }],
                  volumeMounts: [{ name: 'v', mountPath: '/data' }],
                },
              ),
              name: 'side',
              restartPolicy: 'Always',
              startupProbe: {
                exec: { command: ['sh', '-c', 'test -e "$DIR/up"'] },
                periodSeconds: 1,
                failureThreshold: 20,
              },
            },
          ],
          containers: [
            shell('test -e "$DIR/up"', {
              env: [{ name: 'DIR', value: '/data' }],
              volumeMounts: [{ name: 'v', mountPath: '/data' }],
            }),
          ],
        },
      });
      await untilPhase('gated', 'Succeeded');
    });
  });

  describe('restarts and probes', () => {
    itOnNode('Always restarts, and backs off', async () => {
      await start('crashing', 'exit 1', { spec: { restartPolicy: 'Always' } });
      await cluster.until('it is in back-off', async () => {
        const { status } = await pod('crashing');
        const [container] = status.containerStatuses ?? [];
        return (
          container?.restartCount > 0 &&
          container.state.waiting?.reason === 'CrashLoopBackOff'
        );
      });
      const { status } = await pod('crashing');
      expect(status.containerStatuses[0].lastState.terminated.exitCode).toBe(1);
      expect(status.phase).toBe('Running');
    });

    itOnNode('OnFailure does not restart what ended well', async () => {
      await start('well', 'true', { spec: { restartPolicy: 'OnFailure' } });
      const { status } = await untilPhase('well', 'Succeeded');
      expect(status.containerStatuses[0].restartCount).toBe(0);
    });

    itOnNode('a failing liveness probe restarts the container', async () => {
      await start(
        'unlively',
        'trap "exit 0" TERM; while true; do sleep 0.1; done',
        {
          spec: {
            restartPolicy: 'Always',
            terminationGracePeriodSeconds: 1,
            containers: [
              shell('trap "exit 0" TERM; while true; do sleep 0.1; done', {
                livenessProbe: {
                  exec: { command: ['false'] },
                  periodSeconds: 1,
                  failureThreshold: 1,
                },
              }),
            ],
          },
        },
      );
      await cluster.until('it was restarted', async () => {
        const { status } = await pod('unlively');
        return status.containerStatuses?.[0].restartCount > 0;
      });
      await cluster.until('the event is there', async () => {
        const { body } = await cluster.api.get(
          `${cluster.core('events')}?fieldSelector=${encodeURIComponent(
            'involvedObject.name=unlively,reason=Unhealthy',
          )}`,
        );
        return body.items.length > 0;
      });
    });

    itOnNode('a readiness probe decides about Ready alone', async () => {
      await start('unready', '', {
        spec: {
          volumes: [{ name: 'v', emptyDir: {} }],
          containers: [
            shell('trap "exit 0" TERM; while true; do sleep 0.1; done', {
              env: [{ name: 'DIR', value: '/data' }],
              volumeMounts: [{ name: 'v', mountPath: '/data' }],
              readinessProbe: {
                exec: { command: ['sh', '-c', 'test -e "$DIR/ready"'] },
                periodSeconds: 1,
              },
            }),
          ],
        },
      });
      const before = await untilPhase('unready', 'Running');
      expect(before.status.containerStatuses[0]).toMatchObject({
        ready: false,
        restartCount: 0,
      });
      await cluster.kubectl([
        'exec',
        'unready',
        '--',
        'sh',
        '-c',
        'touch "$DIR/ready"',
      ]);
      await cluster.until('it is ready', async () => {
        const { status } = await pod('unready');
        return status.containerStatuses[0].ready;
      });
    });

    itOnNode('a pod past its activeDeadlineSeconds fails', async () => {
      await start(
        'deadline',
        'trap "exit 0" TERM; while true; do sleep 0.1; done',
        {
          spec: { activeDeadlineSeconds: 1 },
        },
      );
      const { status } = await untilPhase('deadline', 'Failed');
      expect(status.reason).toBe('DeadlineExceeded');
    });

    itOnNode('an image that cannot be had says so', async () => {
      await start('noimage', 'true', {
        container: {
          image: 'localhost/no-such-image:1',
          imagePullPolicy: 'Never',
        },
      });
      await cluster.until('it waits', async () => {
        const { status } = await pod('noimage');
        return /Image/.test(
          status.containerStatuses?.[0].state.waiting?.reason ?? '',
        );
      });
    });
  });

  describe('ending', () => {
    itOnNode('a pod is told to end, and given its time', async () => {
      await start(
        'graceful',
        'trap "echo bye; exit 0" TERM; echo up; while true; do sleep 0.1; done',
        { spec: { terminationGracePeriodSeconds: 20 } },
      );
      await cluster.until(
        'it is up',
        async () => (await log('graceful')) === 'up\n',
      );
      const following = log('graceful', '?follow=true');
      const started = Date.now();
      const { body } = await cluster.api.delete(
        cluster.core('pods', 'graceful'),
      );
      expect(body.metadata.deletionTimestamp).toBeDefined();
      expect(body.metadata.deletionGracePeriodSeconds).toBe(20);
      expect(await following).toContain('bye');
      await cluster.until('it is gone', async () => {
        const { status } = await cluster.api.get(
          cluster.core('pods', 'graceful'),
        );
        return status === 404;
      });
      expect(Date.now() - started).toBeLessThan(15_000);
    });

    itOnNode('one that does not listen is killed after that', async () => {
      await start(
        'deaf',
        'trap "" TERM; echo up; while true; do sleep 0.1; done',
      );
      await cluster.until(
        'it is up',
        async () => (await log('deaf')) === 'up\n',
      );
      await cluster.api.delete(cluster.core('pods', 'deaf'));
      await cluster.until('it is gone', async () => {
        const { status } = await cluster.api.get(cluster.core('pods', 'deaf'));
        return status === 404;
      });
    });

    itOnNode('an eviction deletes the pod', async () => {
      await sleeping('evicted');
      const { status } = await cluster.api.post(
        cluster.core('pods', 'evicted', 'eviction'),
        {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: 'evicted' },
        },
      );
      expect(status).toBe(201);
      await cluster.until('it is gone', async () => {
        const answer = await cluster.api.get(cluster.core('pods', 'evicted'));
        return answer.status === 404;
      });
    });
  });

  describe('exec', () => {
    beforeAll(async () => {
      if (process.env.CONFORMANCE_NODE === 'true') await sleeping('exec');
    });

    itOnNode('passes output, error output and exit status', async () => {
      const result = await cluster.kubectl([
        'exec',
        'exec',
        '--',
        'sh',
        '-c',
        'echo out; echo err >&2; exit 7',
      ]);
      expect(result.stdout).toBe('out\n');
      expect(result.stderr).toContain('err');
      expect(result.status).toBe(7);
    });

    itOnNode('passes input', async () => {
      const result = await cluster.kubectl(
        ['exec', '-i', 'exec', '--', 'cat'],
        'hello from here',
      );
      expect(result.stdout).toBe('hello from here');
    });

    itOnNode('passes a megabyte unharmed', async () => {
      const text = 'x'.repeat(1024 * 1024);
      const result = await cluster.kubectl(
        ['exec', '-i', 'exec', '--', 'cat'],
        text,
      );
      expect(result.stdout).toHaveLength(text.length);
      expect(result.stdout === text).toBe(true);
    });

    itOnNode('of a program that is not there fails in words', async () => {
      const result = await cluster.kubectl(['exec', 'exec', '--', 'no-such']);
      expect(result.status).not.toBe(0);
      expect(result.stderr).toContain('no-such');
    });

    itOnNode('in a container that is not there is refused', async () => {
      const result = await cluster.kubectl([
        'exec',
        'exec',
        '-c',
        'none',
        '--',
        'true',
      ]);
      expect(result.status).not.toBe(0);
      expect(result.stderr).toContain('none');
    });

    itOnNode('kubectl cp brings files there and back', async () => {
      const there = await cluster.kubectl([
        'cp',
        '/etc/hostname',
        'exec:/tmp/conformance-copied',
      ]);
      expect(there.stderr).toBe('');
      const read = await cluster.kubectl([
        'exec',
        'exec',
        '--',
        'cat',
        '/tmp/conformance-copied',
      ]);
      expect(read.stdout.trim().length).toBeGreaterThan(0);
      await cluster.kubectl([
        'exec',
        'exec',
        '--',
        'rm',
        '/tmp/conformance-copied',
      ]);
    });
  });

  describe('workloads', () => {
    itOnNode('a Job completes', async () => {
      await cluster.api.post(cluster.group('batch/v1', 'jobs'), {
        metadata: { name: 'complete' },
        spec: {
          template: {
            spec: { restartPolicy: 'Never', containers: [shell('true')] },
          },
        },
      });
      const { stdout } = await cluster.kubectl([
        'wait',
        '--for=condition=Complete',
        'job/complete',
        '--timeout=20s',
      ]);
      expect(stdout).toContain('condition met');
      const { body } = await cluster.api.get(
        cluster.group('batch/v1', 'jobs', 'complete'),
      );
      expect(body.status.succeeded).toBe(1);
      expect(body.status.completionTime).toBeDefined();
    });

    itOnNode('a Job without retries fails at once', async () => {
      await cluster.api.post(cluster.group('batch/v1', 'jobs'), {
        metadata: { name: 'fail' },
        spec: {
          backoffLimit: 0,
          template: {
            spec: { restartPolicy: 'Never', containers: [shell('exit 1')] },
          },
        },
      });
      const condition = await cluster.until('it has failed', async () => {
        const { body } = await cluster.api.get(
          cluster.group('batch/v1', 'jobs', 'fail'),
        );
        return body.status.conditions?.find(
          (each: any) => each.type === 'Failed' && each.status === 'True',
        );
      });
      expect(condition.reason).toBe('BackoffLimitExceeded');
    });

    itOnNode('a finished Job goes after its time to live', async () => {
      await cluster.api.post(cluster.group('batch/v1', 'jobs'), {
        metadata: { name: 'brief' },
        spec: {
          ttlSecondsAfterFinished: 1,
          template: {
            spec: { restartPolicy: 'Never', containers: [shell('true')] },
          },
        },
      });
      await cluster.until('it is gone', async () => {
        const { status } = await cluster.api.get(
          cluster.group('batch/v1', 'jobs', 'brief'),
        );
        return status === 404;
      });
    });

    itOnNode(
      'a rollout replaces the pods, and kubectl sees it through',
      async () => {
        await cluster.api.post(cluster.group('apps/v1', 'deployments'), {
          metadata: { name: 'rollout' },
          spec: {
            replicas: 2,
            selector: { matchLabels: { app: 'rollout' } },
            template: {
              metadata: { labels: { app: 'rollout' } },
              spec: {
                terminationGracePeriodSeconds: 1,
                containers: [
                  shell('trap "exit 0" TERM; while true; do sleep 0.1; done'),
                ],
              },
            },
          },
        });
        const first = await cluster.kubectl([
          'rollout',
          'status',
          'deployment/rollout',
          '--timeout=20s',
        ]);
        expect(first.stdout).toContain('successfully rolled out');
        await cluster.kubectl([
          'set',
          'env',
          'deployment/rollout',
          'CHANGED=yes',
        ]);
        const second = await cluster.kubectl([
          'rollout',
          'status',
          'deployment/rollout',
          '--timeout=20s',
        ]);
        expect(second.stdout).toContain('successfully rolled out');
        const { body } = await cluster.api.get(
          cluster.group('apps/v1', 'deployments', 'rollout'),
        );
        expect(body.status).toMatchObject({
          updatedReplicas: 2,
          availableReplicas: 2,
        });
      },
    );

    itOnNode('ready pods are endpoints of their Service', async () => {
      await cluster.api.post(cluster.core('services'), {
        metadata: { name: 'reach' },
        spec: {
          selector: { app: 'reached' },
          ports: [{ port: 80, targetPort: 8080 }],
        },
      });
      await sleeping('reached');
      const { podIP } = (await pod('reached')).status;
      await cluster.until('the slice names the pod', async () => {
        const { body } = await cluster.api.get(
          `${cluster.group(
            'discovery.k8s.io/v1',
            'endpointslices',
          )}?labelSelector=kubernetes.io%2Fservice-name%3Dreach`,
        );
        return body.items.some((slice: any) =>
          slice.endpoints?.some(
            (endpoint: any) =>
              endpoint.addresses.includes(podIP) && endpoint.conditions.ready,
          ),
        );
      });
    });

    itOnNode('the node is Ready and keeps its lease', async () => {
      const { body } = await cluster.api.get('/api/v1/nodes');
      const [node] = body.items;
      expect(
        node.status.conditions.find((each: any) => each.type === 'Ready'),
      ).toMatchObject({ status: 'True' });
      const lease = await cluster.api.get(
        `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node.metadata.name}`,
      );
      expect(lease.body.spec.holderIdentity).toBe(node.metadata.name);
    });
  });
});
