import { mkdtemp, rm } from 'node:fs/promises';
import * as http from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConfigMap,
  Deployment,
  kubeConfigAccess,
  KubeClient,
  Pod,
  Service,
  type KubernetesObject,
  type ResourceType,
} from '@greenroom/controller-runtime';
import type { Devcluster } from '../DevclusterOptions';
import { startDevcluster } from '../startDevcluster';
import { ImageCatalog } from './images/ImageCatalog';
import type { PodSpec } from './pods/podParts';
import { CONTAINER_MARK } from './processes/ContainerProcesses';
import { environmentVariable, listProcesses } from './processes/ProcessTable';

const images = new ImageCatalog({
  shell: { command: ['sh', '-c'] },
  node: { command: [process.execPath, '-e'] },
});
const forever = 'trap "exit 0" TERM; echo up; while :; do sleep 0.05; done';
const server = `require('http')
  .createServer((request, response) => response.end(process.env.HOSTNAME))
  .listen(8080, process.env.POD_IP)`;

const EVENT: ResourceType<
  KubernetesObject & { reason: string; note?: string; message?: string }
> = { apiVersion: 'v1', kind: 'Event', plural: 'events', scope: 'Namespaced' };
const namespace = 'default';

describe('Kubelet', () => {
  let stateDir: string;
  let cluster: Devcluster;
  let client: KubeClient;

  const begin = async () => {
    cluster = await startDevcluster({
      stateDir,
      controllers: true,
      kubelet: { images, environment: process.env },
    });
    client = new KubeClient(await kubeConfigAccess(cluster.kubeconfig));
  };
  const end = async () => {
    client.close();
    await cluster.stop();
  };
  const until = async <T>(
    look: () => Promise<T | undefined | false>,
  ): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found) return found;
      await sleep(10);
    }
  };
  const create = (name: string, script: string, spec: Partial<PodSpec> = {}) =>
    client.create(Pod, {
      metadata: { namespace, name, labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'shell:1', args: [script] }],
        ...spec,
      },
    });
  const pod = (name: string) => client.get(Pod, { namespace, name });
  const untilPod = (name: string, is: (pod: Pod) => unknown) =>
    until(async () => {
      const found = await pod(name);
      return is(found) ? found : undefined;
    });
  const logOf = async (name: string) =>
    text(
      await client.stream({
        method: 'GET',
        path: `/api/v1/namespaces/${namespace}/pods/${name}/log`,
      }),
    );
  const outputOf = async (name: string, script: string, spec = {}) => {
    await create(name, script, { restartPolicy: 'Never', ...spec });
    await untilPod(name, ({ status }) => status?.phase === 'Succeeded');
    return logOf(name);
  };
  const untilEvent = (object: string, reason: string) =>
    until(async () => {
      const { items } = await client.list(EVENT, {
        namespace,
        fieldSelector: `involvedObject.name=${object},reason=${reason}`,
      });
      return items[0];
    });
  const processesOf = async (uid: string) => {
    const marks = await Promise.all(
      (
        await listProcesses()
      ).map(({ pid }) => environmentVariable(pid, CONTAINER_MARK)),
    );
    return marks.filter(mark => mark?.includes(uid)).length;
  };

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'devcluster-'));
    await begin();
  }, 30_000);
  afterAll(async () => {
    await end();
    await rm(stateDir, { recursive: true });
  }, 30_000);

  it('gives a process the paths and addresses that a pod has', async () => {
    await client.create(Service, {
      metadata: { namespace, name: 'target' },
      spec: { ports: [{ port: 8443 }] },
    });
    const { spec } = await client.get(Service, { namespace, name: 'target' });
    const output = await outputOf('addresses', '', {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          name: 'main',
          image: 'shell',
          command: ['sh', '-c'],
          args: [
            'echo $URL $WSS $DIR; cd /data/sub && pwd; echo $POD_IP; exec true',
          ],
          env: [
            { name: 'URL', value: 'http://127.0.0.1:9090' },
            { name: 'WSS', value: 'wss://target.default.svc:8443/x' },
            { name: 'DIR', value: '/data/a' },
          ],
          volumeMounts: [{ name: 'v', mountPath: '/data/sub', subPath: 's' }],
        },
      ],
    });
    const { podIP } = (await pod('addresses')).status!;
    const lines = output.split('\n');
    expect(lines[0]).toBe(
      `http://${podIP}:9090 wss://${spec!.clusterIP}:8443/x /data/a`,
    );
    expect(lines[1]).toMatch(/\/volumes\/v\/s$/);
    expect(lines[2]).toBe(podIP);
  });

  it('gives a pod its access to the API server', async () => {
    const output = await outputOf('access', '', {
      containers: [
        {
          name: 'main',
          image: 'node',
          args: [
            'console.log(require("fs").readFileSync(process.env.KUBECONFIG, "utf8"), process.env.KUBERNETES_SERVICE_PORT)',
          ],
        },
      ],
    });
    expect(output).toContain(`"server":"${cluster.server}"`);
    expect(output.trim()).toMatch(
      new RegExp(`${new URL(cluster.server).port}$`),
    );
  });

  it('ends containers with what they started, and lets the pod go', async () => {
    const { metadata } = await create(
      'family',
      `(setsid sleep 600 &); sleep 600 & ${forever}`,
    );
    await untilPod('family', ({ status }) => status?.phase === 'Running');
    await until(async () => (await processesOf(metadata.uid!)) >= 3);
    await client.delete(Pod, { namespace, name: 'family' });
    await until(
      async () => !(await client.find(Pod, { namespace, name: 'family' })),
    );
    expect(await processesOf(metadata.uid!)).toBe(0);
  });

  it('leaves a pod that fits nowhere pending, and says why', async () => {
    await create('nowhere', forever, { nodeSelector: { disk: 'none' } });
    const { status } = await untilPod('nowhere', each =>
      each.status?.conditions?.some(({ status: value }) => value === 'False'),
    );
    expect(status).toMatchObject({
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: expect.stringContaining('0/1 nodes are available'),
        },
      ],
    });
  });

  it('says of an unknown image what to do', async () => {
    await create('unknown', '', {
      containers: [{ name: 'main', image: 'ghcr.io/no/such:1' }],
    });
    const { status } = await untilPod(
      'unknown',
      each =>
        each.status?.containerStatuses?.[0].state?.waiting?.reason ===
        'ImagePullBackOff',
    );
    expect(status!.containerStatuses![0].state!.waiting!.message).toMatch(
      /"ghcr\.io\/no\/such:1" cannot be pulled.*Add it to the images file/,
    );
  });

  it('waits for a ConfigMap that a volume needs, and follows it', async () => {
    await create('follows', '', {
      volumes: [{ name: 'v', configMap: { name: 'late' } }],
      containers: [
        {
          name: 'main',
          image: 'shell',
          args: [
            'last=; while :; do now=$(cat /conf/key); [ "$now" = "$last" ] || echo $now; last=$now; sleep 0.02; done',
          ],
          volumeMounts: [{ name: 'v', mountPath: '/conf' }],
        },
      ],
    });
    const event = await untilEvent('follows', 'FailedMount');
    expect(event.message ?? event.note).toContain('configmap "late" not found');
    const key = { namespace, name: 'late' };
    await client.create(ConfigMap, { metadata: key, data: { key: 'one' } });
    await until(async () => {
      const { status } = await pod('follows');
      return (
        status?.phase === 'Running' && (await logOf('follows')) === 'one\n'
      );
    });
    await client.patch(ConfigMap, key, 'merge', { data: { key: 'two' } });
    await until(async () => (await logOf('follows')) === 'one\ntwo\n');
    expect((await pod('follows')).status!.containerStatuses![0]).toMatchObject({
      restartCount: 0,
    });
  });

  it('warns of a port that somebody else has on all addresses', async () => {
    const squatter = createServer().listen(0, '0.0.0.0');
    await until(async () => squatter.listening);
    const { port } = squatter.address() as AddressInfo;
    await create('conflict', forever, {
      containers: [
        {
          name: 'main',
          image: 'shell',
          args: [forever],
          ports: [{ containerPort: port }],
        },
      ],
    });
    const event = await untilEvent('conflict', 'PortConflict');
    expect(event.message ?? event.note).toContain(
      `may not get its port ${port}: another program listens on it at all addresses`,
    );
    squatter.close();
  });

  it('brings connections of a Service to its ready pods in turn', async () => {
    const labels = { app: 'web' };
    await client.create(Deployment, {
      metadata: { namespace, name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'main',
                image: 'node',
                args: [server],
                ports: [{ name: 'http', containerPort: 8080 }],
                readinessProbe: { httpGet: { path: '/', port: 'http' } },
              },
            ],
          },
        },
      },
    });
    const { spec } = await client.create(Service, {
      metadata: { namespace, name: 'web' },
      spec: { selector: labels, ports: [{ port: 8000, targetPort: 'http' }] },
    });
    await until(async () => {
      const { status } = await client.get(Deployment, {
        namespace,
        name: 'web',
      });
      return status?.availableReplicas === 2;
    });
    const ask = () =>
      new Promise<string | undefined>(resolve => {
        http
          .get(
            { host: spec!.clusterIP, port: 8000, agent: false },
            response => void text(response).then(resolve),
          )
          .on('error', () => resolve(undefined));
      });
    const names = await until(async () => {
      const answers = [await ask(), await ask()];
      return new Set(answers).size === 2 && answers.every(Boolean) && answers;
    });
    expect(names.every(name => name!.startsWith('web-'))).toBe(true);
    await client.delete(Deployment, { namespace, name: 'web' });
    await until(async () => (await ask()) === undefined);
  }, 20_000);

  it('starts what ran again after it was stopped itself', async () => {
    const { metadata } = await create('persists', forever);
    await create('done', 'exit 0', { restartPolicy: 'OnFailure' });
    await create('once', forever, { restartPolicy: 'Never' });
    await untilPod('persists', ({ status }) => status?.phase === 'Running');
    await untilPod('once', ({ status }) => status?.phase === 'Running');
    await untilPod('done', ({ status }) => status?.phase === 'Succeeded');
    await end();
    expect(await processesOf(metadata.uid!)).toBe(0);
    await begin();
    const again = await untilPod(
      'persists',
      ({ status }) => status?.containerStatuses?.[0].restartCount === 1,
    );
    expect(again.metadata.uid).toBe(metadata.uid);
    expect(again.status!.containerStatuses![0]).toMatchObject({
      state: { running: {} },
      lastState: {
        terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' },
      },
    });
    const once = await untilPod(
      'once',
      ({ status }) => status?.phase === 'Failed',
    );
    expect(once.status!.containerStatuses![0]).toMatchObject({
      restartCount: 0,
      state: { terminated: { reason: 'ContainerStatusUnknown' } },
    });
    expect((await pod('done')).status).toMatchObject({
      phase: 'Succeeded',
      containerStatuses: [{ restartCount: 0 }],
    });
  }, 20_000);
});
