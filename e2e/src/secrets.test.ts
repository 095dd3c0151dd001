import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  Pod,
  resourceType,
  Secret,
  type KubernetesObject,
} from '@greenroom/controller-runtime';
import { Message } from '@greenroom/kinds';
import { runtimeProcess } from './harness/containerProcesses';
import { filesBelow } from './harness/filesBelow';
import { agentType, LaptopCluster } from './harness/LaptopCluster';
import { LEAK_PROGRAM, leakingPlaybook } from './harness/leakingPlaybook';
import { root } from './harness/root';
import { secretForms } from './harness/secretForms';

jest.setTimeout(180_000);

const messageType = resourceType<Message>(Message);

/** No form of any known kind of key: only that it was given to the pod tells that it is secret. */
const BROKERED = {
  token: 'brokered "quoted" back\\slash & per%cent + plüs/slash=9Qx7',
  pages:
    'first brokered line: Zu7+kQ/31 aa\nsecond brokered "line": 88&=Wm2\nthird, brokered, and last Pq5x\n',
};
const EXPOSED = {
  variable: "variable 'single' <angle> {brace} Hy6$tR#41 ~end",
  lines: 'one variable line: Kd93/ja+Lq\ntwo variable "line": Bn71=&xx',
  file: 'file line the first: Rr52\\n kept\nfile line the second: Vx08+/==\n',
};
const ALL = { ...BROKERED, ...EXPOSED };

/** No secret: where it is not found, a search says nothing. */
const CONTROL = 'anybody may read this';

describe('secrets that a pod was given', () => {
  let cluster: LaptopCluster;
  /** Outside of the cluster's own state: what the agent could know from elsewhere. */
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'greenroom-secrets-'));
    const printed = [
      CONTROL,
      ...Object.values(ALL)
        .flatMap(secretForms)
        .map(form => form.printed),
    ];
    writeFileSync(path.join(folder, 'forms.json'), JSON.stringify(printed));
    writeFileSync(path.join(folder, 'forms.txt'), printed.join('\n'));
    writeFileSync(
      path.join(folder, 'plain.json'),
      JSON.stringify(Object.values(ALL)),
    );
    writeFileSync(path.join(folder, 'leak.mjs'), LEAK_PROGRAM);
    cluster = await LaptopCluster.start(root);
    await cluster.client.create(Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'given', namespace: 'default' },
      stringData: ALL,
    } as KubernetesObject);
    const secretRef = (key: keyof typeof ALL) => ({ name: 'given', key });
    await cluster.addAgent('talker', leakingPlaybook(folder), {
      credentials: [
        {
          name: 'token',
          secretRef: secretRef('token'),
          hosts: ['example.com'],
        },
        {
          name: 'pages',
          secretRef: secretRef('pages'),
          hosts: ['example.org'],
        },
        {
          name: 'variable',
          expose: 'Env',
          env: 'VARIABLE',
          secretRef: secretRef('variable'),
        },
        {
          name: 'lines',
          expose: 'Env',
          env: 'LINES_OF_IT',
          secretRef: secretRef('lines'),
        },
        {
          name: 'file',
          expose: 'File',
          mountPath: '/etc/given/file',
          secretRef: secretRef('file'),
        },
      ],
    });
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const podFolder = ({ metadata }: KubernetesObject) =>
    path.join(cluster.home, 'devcluster/kubelet/pods', metadata.uid!);
  async function talkerPod(): Promise<Pod> {
    const { items } = await cluster.client.list(Pod, {
      namespace: 'default',
      labelSelector: 'greenroom.dev/agent=talker',
    });
    return items[0];
  }

  /** A log's segment is removed as soon as the operator has it. */
  const readWhatIsThere = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };

  /** Which forms of which secrets stand in a text, each named once. */
  function foundIn(text: string, secrets: Record<string, string>): string[] {
    return Object.entries(secrets).flatMap(([name, secret]) =>
      secretForms(secret)
        .filter(({ needles }) => needles.some(needle => text.includes(needle)))
        .map(form => `${name}, ${form.name}`),
    );
  }

  it('stay out of the agent container where they are brokered, and are told of where they are not', async () => {
    const { environment } = runtimeProcess(cluster.home, 'talker')!;
    expect(foundIn(environment, BROKERED)).toEqual([]);
    expect(environment).toContain(EXPOSED.variable);
    expect(environment).toContain(EXPOSED.lines);

    const pod = await talkerPod();
    const container = pod.spec!.containers.find(
      ({ name }) => name === 'agent',
    )!;
    const files = [
      ...container.volumeMounts!.map(({ name }) => `volumes/${name}`),
      'containers/agent',
    ].flatMap(name => filesBelow(path.join(podFolder(pod), name)));
    const contents = files.map(file => readFileSync(file, 'utf8'));
    expect(
      contents.flatMap((content, index) =>
        foundIn(content, BROKERED).map(found => `${files[index]}: ${found}`),
      ),
    ).toEqual([]);
    expect(contents).toContain(EXPOSED.file);

    const agent = await cluster.client.get(agentType, {
      namespace: 'default',
      name: 'talker',
    });
    const exposed = agent.status!.conditions!.find(
      ({ type }) => type === 'SecretsExposed',
    )!;
    expect(exposed.status).toBe('True');
    for (const name of ['variable', 'lines', 'file']) {
      expect(exposed.message).toContain(name);
    }
    expect(exposed.message).not.toMatch(/token|pages/);
  });

  it('appear nowhere, whatever form the agent prints them in', async () => {
    await cluster.createTask('talker', 'good');
    await cluster.createTask('talker', 'bad', {
      description: '---\ninputs:\n  fail: true\n---\nDo it.',
    });
    await cluster.client.create(messageType, {
      apiVersion: Message.apiVersion,
      kind: Message.kind,
      metadata: { name: 'talk', namespace: 'default' },
      spec: { agentRef: { name: 'talker' }, text: 'Do it.', stream: true },
    } as Message);
    const pod = podFolder(await talkerPod());
    const log = path.join(pod, 'volumes/sessions/sidecar/log');
    let inLog = '';
    const reading = setInterval(() => {
      inLog += filesBelow(log).map(readWhatIsThere).join('');
    }, 50);
    const good = await cluster.untilFinished('good');
    const bad = await cluster.untilFinished('bad');
    const message = await cluster.until('the message is answered', async () => {
      const found = await cluster.client.get(messageType, {
        namespace: 'default',
        name: 'talk',
      });
      return found.status?.completionTime && found;
    });
    expect([good, bad, message].map(({ status }) => status!.phase)).toEqual([
      'Completed',
      'Failed',
      'Completed',
    ]);
    clearInterval(reading);
    const mark = /\[redacted:[\w.-]+:[0-9a-f]{8}\]/;
    expect(good.status!.answer).toMatch(mark);
    expect(bad.status!.result!.message).toMatch(mark);
    expect(message.status!.response).toMatch(mark);

    const seen = new Map([['the log of the sidecar', inLog]]);
    for (const id of [
      good.status!.session!.id!,
      bad.status!.session!.id!,
      message.status!.sessionID!,
    ]) {
      const shown = await cluster.command('sessions', 'show', id, '-o', 'json');
      expect(shown.stdout).toMatch(mark);
      seen.set(`events of ${id}`, shown.stdout);
    }
    const kinds = (
      await cluster.kubectl.output(
        'api-resources',
        '--verbs=list',
        '-o',
        'name',
      )
    )
      .trim()
      .split('\n')
      .filter(name => name !== 'secrets');
    for (const format of ['yaml', 'json']) {
      seen.set(
        `objects as ${format}`,
        await cluster.kubectl.output(
          'get',
          '-A',
          kinds.join(','),
          '-o',
          format,
        ),
      );
    }
    expect(seen.get('objects as yaml')).toMatch(/kind: MessageChunk/);
    expect(seen.get('objects as yaml')).toMatch(/kind: Notification/);
    expect(seen.get('objects as yaml')).toMatch(/kind: Approval/);

    const files = filesBelow(
      cluster.home,
      file =>
        // Where Secrets themselves are kept, and mounted; and what the agent wrote for itself.
        file.startsWith(path.join(cluster.home, 'devcluster/objects.sqlite')) ||
        (path.dirname(file) === path.join(pod, 'volumes') &&
          /^(secret-|file-|workspace|tools)/.test(path.basename(file))) ||
        file.endsWith('/etc/greenroom/credentials'),
    );
    for (const file of files) seen.set(file, readFileSync(file, 'utf8'));
    for (const what of [
      /^the log/,
      /^events/,
      /^objects/,
      /\/wal\//,
      /\/blobs\//,
    ]) {
      const places = [...seen].filter(([where]) => what.test(where));
      expect([what, places.some(([, text]) => text.includes(CONTROL))]).toEqual(
        [what, true],
      );
    }
    for (const what of [/logs\/sidecar/, /logs\/operator/, /devcluster\.log/]) {
      expect([what, files.some(file => what.test(file))]).toEqual([what, true]);
    }
    expect(
      [...seen].flatMap(([where, text]) =>
        foundIn(text, ALL).map(found => `${where}: ${found}`),
      ),
    ).toEqual([]);
  });
});
