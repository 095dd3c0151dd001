import fc from 'fast-check';
import { agentDeployment } from './agentDeployment';
import { agentNetworkPolicy } from './agentNetworkPolicy';
import { agentPodTemplate } from './agentPodTemplate';
import { aPodPlan } from './aPodPlan';
import type { Container, PodTemplate } from './PodTypes';
import { sessionJob } from './sessionJob';

const everything = {
  contexts: [
    { name: 'note', type: 'Text', text: 'hello' },
    { name: 'conf', type: 'Text', text: 'x', mountPath: '/etc/tool/tool.conf' },
    {
      name: 'code',
      type: 'Git',
      mountPath: 'code',
      git: {
        repository: 'https://example.com/a.git',
        secretRef: { name: 'git' },
        sync: { policy: 'HotReload' },
      },
    },
  ],
  credentials: [
    {
      name: 'api',
      secretRef: { name: 'api', key: 'token' },
      hosts: ['api.example.com'],
    },
    {
      name: 'env',
      secretRef: { name: 's', key: 'k' },
      expose: 'Env',
      env: 'API_KEY',
    },
    {
      name: 'file',
      secretRef: { name: 's', key: 'k' },
      expose: 'File',
      mountPath: 'keys/id',
    },
  ],
  caBundle: { configMapRef: { name: 'corp' } },
  proxy: { httpsProxy: 'http://proxy.example.com:3128' },
  persistence: { sessions: {}, workspace: { size: '5Gi' } },
  podSpec: {
    labels: { team: 'a', 'greenroom.dev/agent': 'forged' },
    extraEnv: [
      { name: 'GREENROOM_URL', value: 'forged' },
      { name: 'EXTRA', value: '1' },
    ],
    resources: { limits: { memory: '1Gi' } },
  },
};

function containersOf({ spec }: PodTemplate): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

function containerOf(template: PodTemplate, name: string): Container {
  const found = containersOf(template).find(
    container => container.name === name,
  );
  if (!found) throw new Error(`no container ${name}`);
  return found;
}

function env(container: Container): Record<string, unknown> {
  return Object.fromEntries(
    (container.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      value ?? valueFrom,
    ]),
  );
}

describe('agentPodTemplate', () => {
  it('starts the sidecar first and keeps it to the end, then brings runtime, contexts and repositories', () => {
    const { spec } = agentPodTemplate(aPodPlan(everything));
    expect(spec.initContainers?.map(({ name }) => name)).toEqual([
      'sidecar',
      'runtime-init',
      'context-init',
      'git-init-0',
    ]);
    expect(spec.initContainers?.[0].restartPolicy).toBe('Always');
    expect(spec.containers.map(({ name }) => name)).toEqual([
      'agent',
      'git-sync-0',
    ]);
  });

  it('meets Pod Security restricted in every container', () => {
    const template = agentPodTemplate(aPodPlan(everything));
    expect(template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 10_001,
      fsGroup: 10_001,
    });
    for (const { securityContext, resources } of containersOf(template)) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(resources?.limits).toHaveProperty('ephemeral-storage');
      expect(resources?.requests).toHaveProperty('memory');
    }
    expect(template.spec.automountServiceAccountToken).toBe(false);
  });

  it('names no user id where the cluster gives out its own', () => {
    const plan = aPodPlan(
      {},
      {
        platform: {
          operatorNamespace: 'greenroom-system',
          assignsUserIds: true,
        },
      },
    );
    expect(agentPodTemplate(plan).spec.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });

  it('gives secrets and the token to the sidecar alone', () => {
    const plan = aPodPlan(everything, {
      secrets: [{ folder: 'api', secretName: 'api', key: 'token' }],
    });
    const template = agentPodTemplate(plan);
    const mounts = (name: string) =>
      containerOf(template, name).volumeMounts?.map(mount => mount.name);
    expect(mounts('sidecar')).toEqual(
      expect.arrayContaining(['token', 'secret-api']),
    );
    for (const { name } of containersOf(template).filter(
      container => container.name !== 'sidecar',
    )) {
      expect(mounts(name)).not.toContain('token');
      expect(mounts(name)).not.toContain('secret-api');
    }
  });

  it('gives the agent nothing to reach but its sidecar, and nobody can redirect it', () => {
    const template = agentPodTemplate(
      aPodPlan(everything, { models: ['claude'] }),
    );
    expect(env(containerOf(template, 'agent'))).toMatchObject({
      GREENROOM_URL: 'http://127.0.0.1:9090',
      HTTPS_PROXY: 'http://127.0.0.1:9092',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9090/llm/claude',
      OPENAI_BASE_URL: 'http://127.0.0.1:9090/llm/claude/v1',
      OPENAI_API_KEY: 'greenroom',
      EXTRA: '1',
      API_KEY: { secretKeyRef: { name: 's', key: 'k' } },
    });
    expect(template.metadata.labels['greenroom.dev/agent']).toBe('doctor');
  });

  it('mounts a file outside the workspace by itself, so that it hides nothing beside it', () => {
    const mounts = containerOf(
      agentPodTemplate(aPodPlan(everything)),
      'agent',
    ).volumeMounts;
    expect(mounts).toContainEqual({
      name: 'outside',
      mountPath: '/etc/tool/tool.conf',
      subPath: 'etc/tool/tool.conf',
    });
  });

  it('has for every mount its volume, and each volume once', () => {
    const { spec } = agentPodTemplate(
      aPodPlan(everything, {
        secrets: [{ folder: 'api', secretName: 'api', key: 'token' }],
      }),
    );
    const volumes = (spec.volumes ?? []).map(({ name }) => name);
    expect(new Set(volumes).size).toBe(volumes.length);
    const mounted = [
      ...(spec.initContainers ?? []),
      ...spec.containers,
    ].flatMap(container =>
      (container.volumeMounts ?? []).map(({ name }) => name),
    );
    expect(new Set(mounted)).toEqual(new Set(volumes));
  });

  it('runs a custom runtime from its own image, as its own command says', () => {
    const { spec } = agentPodTemplate(
      aPodPlan({
        runtime: {
          type: 'custom',
          executorImage: 'registry.example.com/mine:2',
        },
        command: ['python3', 'agent.py'],
      }),
    );
    expect(spec.initContainers?.map(({ name }) => name)).toEqual(['sidecar']);
    expect(spec.containers[0]).toMatchObject({
      image: 'registry.example.com/mine:2',
      imagePullPolicy: 'IfNotPresent',
      command: ['python3', 'agent.py'],
    });
  });

  it('is the same bytes for the same input, in whatever order the manifest has its fields', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Object.keys(everything) as (keyof typeof everything)[],
        ),
        keys => {
          const forward = Object.fromEntries(
            keys.map(key => [key, everything[key]]),
          );
          const backward = Object.fromEntries(
            [...keys].reverse().map(key => [key, everything[key]]),
          );
          expect(JSON.stringify(agentPodTemplate(aPodPlan(forward)))).toBe(
            JSON.stringify(agentPodTemplate(aPodPlan(backward))),
          );
        },
      ),
    );
  });

  it('changes with the content of a context, and not with what no pod sees', () => {
    const template = (spec: object) =>
      JSON.stringify(agentPodTemplate(aPodPlan({ ...spec })));
    const text = (content: string) => ({
      contexts: [{ name: 'note', type: 'Text', text: content }],
    });
    expect(template(text('a'))).not.toBe(template(text('b')));
    const before = template({});
    expect(
      template({
        maxConcurrentTasks: 9,
        instructions: 'Be kind.',
        standby: { idleTimeout: '5m' },
      }),
    ).toBe(before);
  });
});

describe('agentDeployment and sessionJob', () => {
  const owner = {
    apiVersion: 'greenroom.dev/v1alpha1',
    kind: 'Agent',
    metadata: { name: 'doctor', uid: 'u' },
  };

  it('select exactly the pods they make', () => {
    const { spec } = agentDeployment(aPodPlan(), owner, 1);
    expect(spec?.template.metadata?.labels).toMatchObject(
      spec?.selector.matchLabels ?? { none: 'x' },
    );
    expect(spec?.strategy).toEqual({ type: 'Recreate' });
  });

  it('make a Job that is never tried again and knows its session', () => {
    const job = sessionJob(
      aPodPlan(
        {},
        {
          name: 'inspect-1',
          purpose: {
            kind: 'session',
            sessionId: '01990000-0000-7000-8000-000000000001',
            owner: { kind: 'Task', name: 'inspect', uid: 't' },
            activeDeadlineMs: 1500,
          },
        },
      ),
      owner,
    );
    expect(job.spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 2,
    });
    expect(job.spec?.template.spec?.restartPolicy).toBe('Never');
    expect(job.spec?.template.metadata?.labels).toMatchObject({
      'greenroom.dev/task': 'inspect',
      'greenroom.dev/session': '01990000-0000-7000-8000-000000000001',
      'app.kubernetes.io/component': 'task',
    });
  });

  it('let nothing in, and out only what is needed', () => {
    const closed = agentNetworkPolicy(aPodPlan(), owner).spec;
    expect(closed?.ingress).toEqual([]);
    expect(closed?.egress).toHaveLength(2);
    const open = agentNetworkPolicy(
      aPodPlan({ egress: { allow: ['example.com'] } }),
      owner,
    ).spec;
    expect(JSON.stringify(open?.egress?.[2])).toContain('169.254.0.0/16');
  });
});
