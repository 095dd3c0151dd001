import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Task } from '@greenroom/kinds';
import { LaptopCluster, taskType } from './harness/LaptopCluster';
import { processesNaming } from './harness/processes';
import { root } from './harness/root';

jest.setTimeout(600_000);

const TASKS = 1000;
const SLOTS = 8;
const KILLS = 5;

/** Each task writes a line when it begins and one when it ends; the file is the judge, not the statuses. */
const playbook = (file: string) =>
  [
    'steps:',
    '  - name: work',
    '    run: |',
    `      echo "begin $TASK_NAME" >> ${file}`,
    `      echo "end $TASK_NAME" >> ${file}`,
  ].join('\n');

describe('a burst of tasks on one live agent', () => {
  let cluster: LaptopCluster;
  beforeAll(async () => {
    cluster = await LaptopCluster.start(root);
  });
  afterAll(() => cluster.stop());

  it(`none of ${TASKS} is lost or run twice, also while the operator is killed ${KILLS} times`, async () => {
    const file = path.join(cluster.home, 'work.log');
    await cluster.addAgent('worker', playbook(file), {
      maxConcurrentTasks: SLOTS,
    });
    const stop = new AbortController();
    let mostAtOnce = 0;
    const running = new Set<string>();
    const finished = new Map<string, string>();
    const watching = cluster.observe<Task>(taskType, stop.signal, task => {
      const name = task.metadata.name!;
      const phase = task.status?.phase;
      if (phase === 'Running' || phase === 'Starting') running.add(name);
      else running.delete(name);
      mostAtOnce = Math.max(mostAtOnce, running.size);
      if (task.status?.completionTime) finished.set(name, phase!);
    });
    await Promise.all(
      Array.from({ length: TASKS }, (_, index) =>
        cluster.createTask('worker', `burst-${index}`),
      ),
    );
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const after = Math.floor((TASKS * kill) / (KILLS + 2));
      await cluster.until(
        `${after} tasks have ended`,
        async () => finished.size >= after,
        300_000,
      );
      const [operator] = processesNaming(cluster.home).filter(({ command }) =>
        command.includes('operator.mjs'),
      );
      process.kill(operator.pid, 'SIGKILL');
    }
    await cluster.until(
      'all tasks have ended',
      async () => finished.size === TASKS,
      300_000,
    );
    stop.abort();
    await watching;
    expect([...finished.values()].filter(each => each !== 'Completed')).toEqual(
      [],
    );
    expect(mostAtOnce).toBeLessThanOrEqual(SLOTS);
    const begun = readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line.startsWith('begin '));
    expect(begun).toHaveLength(TASKS);
    expect(new Set(begun).size).toBe(TASKS);
    const verified = await cluster.command('audit', 'verify', '-o', 'json');
    const outcomes = JSON.parse(verified.stdout).map(
      ({ outcome }: { outcome: string }) => outcome,
    );
    expect(new Set(outcomes)).toEqual(new Set(['intact']));
  });

  it('those of higher priority start first, then the older', async () => {
    const file = path.join(cluster.home, 'order.log');
    const gate = path.join(cluster.home, 'gate');
    await cluster.addAgent(
      'ordered',
      [
        'steps:',
        '  - name: work',
        '    run: |',
        `      [ "$TASK_NAME" != first ] || while [ ! -e ${gate} ]; do sleep 0.05; done`,
        `      echo "$TASK_NAME" >> ${file}`,
      ].join('\n'),
      { maxConcurrentTasks: 1 },
    );
    await cluster.createTask('ordered', 'first');
    await cluster.until('the first runs', async () => {
      const task = await cluster.task('first');
      return task.status?.phase === 'Running';
    });
    // A second apart, the resolution of creationTimestamp, by which age is told.
    for (const [name, priority] of [
      ['low-old', 0],
      ['low-new', 0],
      ['high', 10],
    ] as const) {
      const { metadata } = await cluster.createTask('ordered', name, {
        priority,
      });
      await cluster.until(
        'the next second',
        async () =>
          Math.floor(Date.now() / 1000) * 1000 >
          Date.parse(metadata.creationTimestamp!),
      );
    }
    await cluster.until('all wait', async () => {
      const tasks = await Promise.all(
        ['low-old', 'low-new', 'high'].map(name => cluster.task(name)),
      );
      return tasks.every(({ status }) => status?.phase === 'Queued');
    });
    await cluster.kubectl.output('get', 'tasks');
    writeFileSync(gate, '');
    await cluster.untilFinished('low-new');
    expect(readFileSync(file, 'utf8').trim().split('\n')).toEqual([
      'first',
      'high',
      'low-old',
      'low-new',
    ]);
  });
});
