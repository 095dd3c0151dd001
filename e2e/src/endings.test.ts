import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigMap, resourceType } from '@greenroom/controller-runtime';
import { annotations, Message, type Task } from '@greenroom/kinds';
import { runtimeProcess } from './harness/containerProcesses';
import { LaptopCluster, taskType } from './harness/LaptopCluster';
import { root } from './harness/root';

jest.setTimeout(180_000);

const key = (name: string) => ({ namespace: 'default', name });
const messageType = resourceType<Message>(Message);

/** Issue 3, "What must be shown", 7. */
const ENDED_WITHIN_MS = 1_000;
const TASK_TIMEOUT_MS = 2_000;
/** A process that is there after this is taken as one that stays. */
const GIVE_UP_MS = 15_000;
/** How often a process is looked for. */
const LOOK_MS = 5;

/** Children as scripts have them: a plain one, one in the background of another, one that left the group and heeds no request. */
const playbook = (folder: string) =>
  [
    'steps:',
    '  - name: work',
    '    run: |',
    '      sleep 3600 & echo $! >> pids.$SESSION_ID',
    '      sh -c \'sleep 3600 & echo $! >> "pids.$SESSION_ID"\'',
    '      setsid sh -c \'trap "" TERM; echo $$ >> "pids.$SESSION_ID"; sleep 3600; sleep 3600\' &',
    '      while [ "$(wc -l < pids.$SESSION_ID)" -lt 3 ]; do sleep 0.01; done',
    `      mv pids.$SESSION_ID ${folder}/pids.$SESSION_ID`,
    '      wait',
  ].join('\n');

const isAlive = (pid: number) => {
  try {
    // A zombie has ended: it holds nothing but its number.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

async function untilGone(pids: number[]): Promise<void> {
  const end = performance.now() + GIVE_UP_MS;
  while (pids.some(isAlive)) {
    if (performance.now() > end) {
      throw new Error(`Still there: ${pids.filter(isAlive).join(', ')}.`);
    }
    await sleep(LOOK_MS);
  }
}

describe('what ends a piece of work', () => {
  let cluster: LaptopCluster;
  /** Milliseconds that a write and the end of a process take here when nothing is in between. */
  let baselineMs: number;

  beforeAll(async () => {
    cluster = await LaptopCluster.start(root);
    await cluster.addAgent('worker', playbook(cluster.home), {
      maxConcurrentTasks: 1,
    });
    await cluster.kubectl.output('create', 'configmap', 'idle');
    const child = spawn('sleep', ['3600'], { stdio: 'ignore' });
    baselineMs = await endedAfter([child.pid!], async () => {
      await cluster.client.patch(ConfigMap, key('idle'), 'merge', {
        data: { written: 'yes' },
      });
      child.kill('SIGKILL');
    });
  });
  afterAll(() => cluster.stop());

  /** The processes of a session's work, once all have started. */
  async function childrenOf(sessionId: string): Promise<number[]> {
    const file = path.join(cluster.home, `pids.${sessionId}`);
    await cluster.until('the work has started', async () => existsSync(file));
    const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number);
    expect(pids.filter(isAlive)).toHaveLength(3);
    return pids;
  }

  async function runningTask(
    name: string,
    spec: object = {},
  ): Promise<{ task: Task; pids: number[]; runningAt: number }> {
    await cluster.createTask('worker', name, spec);
    const task = await cluster.until(`${name} runs`, async () => {
      const found = await cluster.task(name);
      return found.status?.phase === 'Running' && found;
    });
    const runningAt = performance.now();
    return {
      task,
      runningAt,
      pids: await childrenOf(task.status!.session!.id!),
    };
  }

  /** Writes, and answers how many milliseconds after that the last of the processes was gone. */
  async function endedAfter(
    pids: number[],
    write: () => Promise<unknown>,
  ): Promise<number> {
    const began = performance.now();
    await Promise.all([write(), untilGone(pids)]);
    return performance.now() - began;
  }

  const patchTask = (name: string, patch: object) =>
    cluster.client.patch(taskType, key(name), 'merge', patch);

  it.each([
    ['spec.stop', { spec: { stop: true } }],
    [
      'the annotation',
      { metadata: { annotations: { [annotations.stop]: 'true' } } },
    ],
  ])('a stop by %s ends children within a second', async (how, patch) => {
    const name = how === 'spec.stop' ? 'by-spec' : 'by-annotation';
    const { pids } = await runningTask(name);
    const took = await endedAfter(pids, () => patchTask(name, patch));
    expect(took).toBeLessThanOrEqual(ENDED_WITHIN_MS + baselineMs);
    const { status } = await cluster.untilFinished(name);
    expect(status!.phase).toBe('Stopped');
  });

  it('a timeout ends children within a second', async () => {
    const { pids, runningAt } = await runningTask('too-long', {
      timeout: `${TASK_TIMEOUT_MS}ms`,
    });
    await untilGone(pids);
    const ran = performance.now() - runningAt;
    expect(ran).toBeLessThanOrEqual(
      TASK_TIMEOUT_MS + ENDED_WITHIN_MS + baselineMs,
    );
    const { status } = await cluster.untilFinished('too-long');
    expect(status!.phase).toBe('TimedOut');
  });

  it('the end of the object ends children within a second, and is followed by its own', async () => {
    const { pids } = await runningTask('deleted');
    const took = await endedAfter(pids, () =>
      cluster.client.delete(taskType, key('deleted')),
    );
    expect(took).toBeLessThanOrEqual(ENDED_WITHIN_MS + baselineMs);
    await cluster.until('the task is gone', async () => {
      const { items } = await cluster.client.list(taskType, {
        namespace: 'default',
      });
      return items.every(({ metadata }) => metadata.name !== 'deleted');
    });
  });

  it('the cancel of a message ends children within a second', async () => {
    await cluster.client.create(messageType, {
      apiVersion: Message.apiVersion,
      kind: Message.kind,
      metadata: { name: 'regretted', namespace: 'default' },
      spec: { agentRef: { name: 'worker' }, text: 'Do it.' },
    } as Message);
    const look = () => cluster.client.get(messageType, key('regretted'));
    const running = await cluster.until(
      'the message is worked on',
      async () => {
        const found = await look();
        return found.status?.phase === 'Running' && found;
      },
    );
    const pids = await childrenOf(running.status!.sessionID!);
    const took = await endedAfter(pids, () =>
      cluster.client.patch(messageType, key('regretted'), 'merge', {
        spec: { cancel: true },
      }),
    );
    expect(took).toBeLessThanOrEqual(ENDED_WITHIN_MS + baselineMs);
    const ended = await cluster.until('the message has ended', async () => {
      const found = await look();
      return found.status?.completionTime && found;
    });
    expect(ended.status!.phase).toBe('Cancelled');
  });

  it('the death of the runtime ends children within a second, as that of a container does', async () => {
    const { pids } = await runningTask('orphaned');
    const runtime = runtimeProcess(cluster.home, 'worker')!;
    const took = await endedAfter(pids, async () =>
      process.kill(runtime.pid, 'SIGKILL'),
    );
    expect(took).toBeLessThanOrEqual(ENDED_WITHIN_MS + baselineMs);
    const { status } = await cluster.untilFinished('orphaned');
    expect(status).toMatchObject({
      phase: 'Failed',
      result: { reason: 'RuntimeDied' },
    });
  });
});
