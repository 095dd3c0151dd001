import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import {
  ConfigMap,
  KubeClient,
  MutatingWebhookConfiguration,
  Namespace,
  Pod,
  resourceType,
  Secret,
  ServiceAccount,
  ValidatingWebhookConfiguration,
  type KubernetesObject,
  type ResourceType,
} from '@greenroom/controller-runtime';
import { Agent, CronTask, labels } from '@greenroom/kinds';
import type { OperatorMessage, SidecarMessage } from '@greenroom/protocol';
import pino from 'pino';
import { WebSocket, type ClientOptions } from 'ws';
import { parseAllDocuments } from 'yaml';
import * as policyCompilers from './admission/policyCompilers';
import { loadConfig } from './config/loadConfig';
import {
  testCluster,
  type TestCluster,
} from './controllers/testing/testCluster';
import { Operator, type OperatorPorts } from './Operator';
import type { OperatorServices } from './OperatorServices';
import { aSession } from './testing/aSession';
import { temporaryDirectory } from './testing/temporaryDirectory';
import * as certificateMaker from './tls/makeCertificates';

const NAMESPACE = 'greenroom-system';
const TOKENS: ResourceType<
  KubernetesObject & { spec: object; status?: { token: string } }
> = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  plural: 'serviceaccounts',
  scope: 'Namespaced',
};
const agents = resourceType<Agent & KubernetesObject>(Agent as ResourceType);
const cronTasks = resourceType<CronTask & KubernetesObject>(
  CronTask as ResourceType,
);

jest.setTimeout(60_000);

async function until<T>(
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

describe('Operator', () => {
  const root = temporaryDirectory();
  const journalDir = mkdtempSync(join(root, 'journal-'));
  let cluster: TestCluster;
  let client: KubeClient;
  let operator: Operator;
  let services: OperatorServices;
  let ports: OperatorPorts;
  let namespace: string;

  async function startOperator(): Promise<void> {
    const listening = new Promise<OperatorPorts>(resolve => {
      operator = new Operator({
        config: loadConfig(
          [
            '--host',
            '127.0.0.1',
            '--secure-port',
            '0',
            '--metrics-port',
            '0',
            '--journal-dir',
            journalDir,
            '--pod-name',
            'operator',
            '--pod-uid',
            'uid',
          ],
          {},
        ),
        access: cluster.access,
        log: pino({ level: 'silent' }),
        loadCompilers: async () => policyCompilers,
        loadCertificateMaker: async () => certificateMaker,
        addControllers: given => {
          services = given;
          return {
            settings: async () => ({ digest: 'd' } as never),
            createApproval: async () => ({ name: 'a' }),
            notify: async () => ({ name: 'n' }),
            listAgents: async () => ({ agents: [] }),
          };
        },
      });
      void operator.start(resolve);
    });
    ports = await listening;
    await until(async () => {
      const response = await fetch(`http://127.0.0.1:${ports.metrics}/readyz`);
      return response.ok;
    });
  }

  /** The webhooks as they are deployed, but called by URL, because this operator is no pod. */
  async function applyWebhooks(): Promise<void> {
    const file = join(__dirname, '../../deploy/operator/webhooks.yaml');
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const configuration = document.toJS();
      for (const webhook of configuration.webhooks) {
        const { path } = webhook.clientConfig.service;
        webhook.clientConfig = {
          url: `https://127.0.0.1:${ports.secure}${path}`,
        };
      }
      const type =
        configuration.kind === 'MutatingWebhookConfiguration'
          ? MutatingWebhookConfiguration
          : ValidatingWebhookConfiguration;
      await client.apply(type as ResourceType, configuration);
    }
    await until(async () => {
      const found = await client.get(ValidatingWebhookConfiguration, {
        name: 'greenroom-operator',
      });
      return found.webhooks?.every(({ clientConfig }) => clientConfig.caBundle);
    });
  }

  /** A pod of an agent, and the token that its sidecar would find. */
  async function aPodWithToken(
    podLabels: Record<string, string>,
    audience = 'greenroom',
  ) {
    const name = `pod-${Math.random().toString(36).slice(2, 8)}`;
    const pod = await client.create(Pod, {
      metadata: { namespace, name, labels: podLabels },
      spec: {
        serviceAccountName: 'agent',
        containers: [{ name: 'agent', image: 'none' }],
      },
    } as Pod);
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/agent/token`;
    const answer = await client.raw({
      method: 'POST',
      path,
      body: JSON.stringify({
        apiVersion: TOKENS.apiVersion,
        kind: TOKENS.kind,
        spec: {
          audiences: [audience],
          expirationSeconds: 600,
          boundObjectRef: {
            kind: 'Pod',
            apiVersion: 'v1',
            name,
            uid: pod.metadata.uid,
          },
        },
      }),
    });
    return { pod, token: JSON.parse(answer).status.token as string };
  }

  async function authority(): Promise<string> {
    const secret = await client.get(Secret, {
      namespace: NAMESPACE,
      name: 'greenroom-operator-tls',
    });
    return Buffer.from(secret.data!['ca.crt'], 'base64').toString();
  }

  async function connect(token: string) {
    // The types of ws leave out what it hands to TLS.
    const options: ClientOptions & { servername: string } = {
      ca: await authority(),
      servername: 'greenroom-operator',
      headers: { authorization: `Bearer ${token}` },
    };
    const address = `wss://127.0.0.1:${ports.secure}/ingest/v1`;
    const socket = new WebSocket(address, options);
    const inbox: OperatorMessage[] = [];
    socket.on('message', data => inbox.push(JSON.parse(String(data))));
    const failed = new Promise<string>(resolve => {
      socket.on('unexpected-response', (_, response) =>
        resolve(`refused ${response.statusCode}`),
      );
      socket.on('error', error => resolve(error.message));
    });
    const outcome = await Promise.race([
      new Promise<string>(resolve => {
        socket.on('open', () => resolve('open'));
      }),
      failed,
    ]);
    return {
      outcome,
      socket,
      say: (message: SidecarMessage) => socket.send(JSON.stringify(message)),
      received: (type: string) =>
        until(async () =>
          inbox.find(message => message.type === type),
        ) as Promise<any>,
      closed: new Promise<number>(resolve => {
        socket.on('close', resolve);
      }),
    };
  }

  function hello(pod: Pod, sessions: string[] = []): SidecarMessage {
    const { name, uid } = pod.metadata;
    return {
      type: 'hello',
      protocol: 1,
      pod: { namespace, name: name!, uid: uid! },
      agent: 'helper',
      version: '0.1.0',
      runtime: {
        contract: 'greenroom/1',
        state: 'ready',
        capabilities: {
          multiSession: true,
          cancel: true,
          permissions: true,
          fork: false,
          models: false,
          deltas: false,
        },
      },
      sessions: sessions.map(session_id => ({
        session_id,
        epoch: 1,
        seq: 0,
        hash: '0'.repeat(64),
        acked_seq: 0,
        state: 'open',
      })),
    };
  }

  const agentLabels = {
    [labels.agent]: 'helper',
    [labels.managedBy]: 'greenroom',
  };

  beforeAll(async () => {
    cluster = await testCluster();
    client = new KubeClient(cluster.access, { fieldManager: 'test' });
    namespace = `operator-test-${Date.now()}`;
    for (const name of [NAMESPACE, namespace]) {
      await client.apply(Namespace, { metadata: { name } });
    }
    await client.apply(ServiceAccount, {
      metadata: { namespace, name: 'agent' },
    });
    await startOperator();
    await applyWebhooks();
  });

  afterAll(async () => {
    await client.delete(ValidatingWebhookConfiguration, {
      name: 'greenroom-operator',
    });
    await client.delete(MutatingWebhookConfiguration, {
      name: 'greenroom-operator',
    });
    await operator.stop();
    await client.delete(Namespace, { name: namespace });
    client.close();
    await cluster.stop();
  });

  it('judges objects through the API server, over its own certificate', async () => {
    const bad = client.create(cronTasks, {
      metadata: { namespace, name: 'bad' },
      spec: {
        schedule: '61 * * * *',
        taskTemplate: {
          spec: { description: 'x', agentRef: { name: 'helper' } },
        },
      },
    } as never);
    await expect(bad).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining(
        'spec.schedule: Invalid value: "61 * * * *"',
      ),
    });
  });

  it('puts its authority where there are agents, and puts it back', async () => {
    const key = { namespace, name: 'greenroom-ca' };
    await client.create(agents, {
      metadata: { namespace, name: 'helper' },
      spec: { goal: { inline: 'steps: []' }, mode: 'System' },
    } as never);
    const published = await until(() => client.find(ConfigMap, key));
    expect(published.data?.['ca.crt']).toBe(await authority());
    await client.patch(ConfigMap, key, 'merge', { data: { 'ca.crt': 'x' } });
    await until(
      async () => (await client.get(ConfigMap, key)).data?.['ca.crt'] !== 'x',
    );
  });

  it('takes sidecars by the token of their pod only', async () => {
    const foreign = await aPodWithToken(agentLabels, 'somebody-else');
    expect((await connect(foreign.token)).outcome).toBe('refused 401');
    const unlabelled = await aPodWithToken({});
    expect((await connect(unlabelled.token)).outcome).toBe('refused 403');
    expect((await connect('nonsense')).outcome).toBe('refused 401');
    const gone = await aPodWithToken(agentLabels);
    await client.delete(Pod, gone.pod.metadata as never, {
      gracePeriodSeconds: 0,
    });
    await until(
      async () => !(await client.find(Pod, gone.pod.metadata as never)),
    );
    expect((await connect(gone.token)).outcome).toMatch(/refused 40[13]/);
  });

  it('keeps a session over its own restart, with blobs and seals', async () => {
    const { pod, token } = await aPodWithToken(agentLabels);
    const sidecar = await connect(token);
    expect(sidecar.outcome).toBe('open');
    sidecar.say(hello(pod));
    const welcome = await sidecar.received('welcome');
    expect(welcome.cluster_uid).toBe(services.clusterUid);
    const session = aSession({ epoch: welcome.epoch_base });
    session.meta.genesis.key_id = services.keyId;
    const { kind, name, genesis } = aSession().meta;
    const link = services.links.byPod(pod.metadata.uid!)!;
    const opening = link.openSession({
      session_id: session.id,
      kind,
      name,
      namespace,
      interactive: false,
      genesis,
    });
    await sidecar.received('open_session');
    sidecar.say({
      type: 'session_status',
      session_id: session.id,
      state: 'open',
    });
    await opening;
    const entry = session.next('agent.status', { text: 'half way' });
    sidecar.say({
      type: 'append',
      session_id: session.id,
      epoch: welcome.epoch_base,
      entries: [
        {
          seq: 1,
          body: entry.body.toString(),
          salt: entry.salt.toString('base64'),
          hash: entry.hash.toString('hex'),
        },
      ],
    });
    expect(await sidecar.received('ack')).toMatchObject({ seq: 1 });
    const content = Buffer.alloc(100_000, 'x');
    const digest = createHash('sha256').update(content).digest('hex');
    const put = (path: string, bytes: Buffer) => putBlob(path, bytes, token);
    const base = `/ingest/v1/blobs/${session.id}`;
    expect(await put(`${base}/${digest}`, content)).toBe(204);
    expect(await put(`${base}/${digest}`, content)).toBe(204);
    expect(await put(`${base}/${'0'.repeat(64)}`, content)).toBe(422);
    expect(
      await put(`/ingest/v1/blobs/${aSession().id}/${digest}`, content),
    ).toBe(403);

    await operator.stop();
    await sidecar.closed;
    await startOperator();
    expect(services.sessions.get(session.id)?.status?.text).toBe('half way');
    const back = await connect(token);
    back.say(hello(pod, [session.id]));
    const again = await back.received('welcome');
    expect(again.sessions).toEqual([
      {
        session_id: session.id,
        epoch: again.epoch_base,
        seq: 1,
        hash: entry.hash.toString('hex'),
      },
    ]);
    expect(again.epoch_base).toBeGreaterThan(welcome.epoch_base);
    back.socket.terminate();
  });

  async function putBlob(
    path: string,
    content: Buffer,
    token: string,
  ): Promise<number> {
    const ca = await authority();
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port: ports.secure,
          path,
          method: 'PUT',
          ca,
          servername: 'greenroom-operator',
          headers: { authorization: `Bearer ${token}` },
        },
        response => {
          response.resume();
          resolve(response.statusCode!);
        },
      );
      request.on('error', reject);
      request.end(content);
    });
  }
});
