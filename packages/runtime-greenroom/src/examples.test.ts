import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { allKinds, checkObject } from '@greenroom/kinds';
import { parseAllDocuments } from 'yaml';
import { parsePlaybook } from './playbook/parsePlaybook';
import type { RuntimeEvent } from './events/RuntimeEvent';
import { readEvents } from './testing/startTestRuntime';

const EXAMPLES = resolve(__dirname, '../../../examples');

const manifests = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.yaml'))
  .flatMap(path =>
    parseAllDocuments(readFileSync(join(EXAMPLES, path), 'utf8')).map(
      document => [path, document.toJS()] as const,
    ),
  );

/** The examples' objects of Kubernetes' own kinds; what is neither is a mistake. */
const BUILT_IN = ['ConfigMap'];

describe('the examples', () => {
  it.each(
    manifests.filter(([, manifest]) => !BUILT_IN.includes(manifest.kind)),
  )('%s is admitted', (_, manifest) => {
    const kind = allKinds.find(each => each.kind === manifest.kind);
    expect(kind?.kind).toBe(manifest.kind);
    expect(manifest.apiVersion).toBe('greenroom.dev/v1alpha1');
    expect(checkObject(kind!, manifest)).toEqual([]);
  });

  it('the playbook of repo-doctor is sound', () => {
    const [, configMap] = manifests.find(
      ([path]) => path === 'repo-doctor/agent-playbook.yaml',
    )!;
    const playbook = parsePlaybook(configMap.data['playbook.yaml']);
    expect(playbook.inputs.map(input => input.name)).toEqual([
      'branch',
      'fixes',
      'limit',
    ]);
  });
});

describe('the runtime in Python', () => {
  /** A loopback address of its own: the contract's ports are fixed. */
  const host = `127.77.${process.pid % 250}.9`;
  const source = join(EXAMPLES, 'custom-runtime-python/runtime.py');
  let runtime: ChildProcess;
  let said: RuntimeEvent[];
  let ids: (string | undefined)[];
  let reader: ReturnType<typeof readEvents>;

  beforeEach(async () => {
    said = [];
    ids = [];
    runtime = spawn('python3', [source], {
      env: { PATH: process.env.PATH, POD_IP: host, SECONDS_PER_WORD: '0.01' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((started, failed) => {
      runtime.stdout!.once('data', started);
      runtime.once('error', failed);
      runtime.once('exit', code => failed(new Error(`It ended with ${code}.`)));
    });
    await until(async () => (await fetch(`http://${host}:3100/health`)).ok);
    reader = listen();
  });

  afterEach(async () => {
    reader.stop();
    const ended = new Promise(resolveEnd => runtime.once('exit', resolveEnd));
    runtime.kill();
    await ended;
  });

  function listen(lastEventId?: string) {
    return readEvents(
      `http://${host}:3100/stream`,
      (event, id) => {
        said.push(event);
        ids.push(id);
      },
      lastEventId,
    );
  }

  const post = (path: string, body: object) =>
    fetch(`http://${host}:8788${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });

  const ofTurn = (turn: string) => said.filter(event => event.turn_id === turn);

  it('is short, and the ConfigMap holds the same', () => {
    const text = readFileSync(source, 'utf8');
    expect(text.split('\n').length).toBeLessThanOrEqual(101);
    const [, configMap] = manifests.find(
      ([path]) => path === 'custom-runtime-python/agent-runtime.yaml',
    )!;
    expect(configMap.data['runtime.py']).toBe(text);
  });

  it('does each message once and says how it went', async () => {
    await post('/open', { session_id: 's' });
    const message = {
      session_id: 's',
      turn_id: 't',
      event_id: 'e',
      kind: 'task',
      text: 'a rose is a rose',
    };
    await post('/inject', message);
    await post('/inject', message);
    await until(() =>
      ofTurn('t').some(event => event.type === 'turn.finished'),
    );
    expect(ofTurn('t').map(event => event.type)).toEqual([
      'turn.started',
      'agent.status',
      'agent.text',
      'turn.finished',
    ]);
    expect(said.at(-1)).toMatchObject({
      session_id: 's',
      payload: {
        outcome: 'completed',
        answer: '5 words, 3 different. Most frequent: a 2, rose 2, is 1.',
      },
    });
  });

  it('gives a reader that comes back what it missed', async () => {
    await post('/inject', {
      session_id: 's',
      turn_id: 't',
      event_id: 'e',
      text: 'one two',
    });
    await until(() => ofTurn('t').length === 4);
    reader.stop();
    const [, second] = ids;
    said = [];
    reader = listen(second);
    await until(() => said.length === 2);
    expect(said.map(event => event.type)).toEqual([
      'agent.text',
      'turn.finished',
    ]);
  });

  it('stops a turn within a second', async () => {
    await post('/inject', {
      session_id: 's',
      turn_id: 't',
      event_id: 'e',
      text: 'word '.repeat(5_000),
    });
    await until(() => ofTurn('t').some(event => event.type === 'agent.status'));
    const cancelled = performance.now();
    await post('/cancel', { session_id: 's', turn_id: 't', reason: 'Stopped' });
    await until(() =>
      ofTurn('t').some(event => event.type === 'turn.cancelled'),
    );
    expect(performance.now() - cancelled).toBeLessThan(1_000);
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (;;) {
    // Refused connections mean "not yet".
    if (await Promise.resolve(holds()).catch(() => false)) return;
    await new Promise(resolveWait => setTimeout(resolveWait, 10));
  }
}
