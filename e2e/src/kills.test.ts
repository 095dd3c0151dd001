import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '@greenroom/kinds';
import { runtimeProcess, sidecarProcess } from './harness/containerProcesses';
import { LaptopCluster, taskType } from './harness/LaptopCluster';
import { root } from './harness/root';
import { seededRandom } from './harness/seededRandom';
import { sessionEvents } from './harness/sessionEvents';

jest.setTimeout(180_000);

/** Agents that lose a process at the same time; a pod's second restart comes later than its first. */
const LANES = 5;
/** Rounds in each lane: sidecar and runtime by turns. */
const ROUNDS = 4;
const NUMBERS = 60;
/** The work takes longer than this, so that a kill meets it running. */
const LATEST_KILL_MS = 1_200;
/** Within this, all that can be seen says what happened. */
const TRUTH_MS = 45_000;

const upTo = (count: number) =>
  Array.from({ length: count }, (_, index) => index + 1);

/** States a number sixty times, with a little work between. */
const playbook = [
  'steps:',
  '  - name: count',
  '    forEach:',
  `      in: ${JSON.stringify(upTo(NUMBERS))}`,
  '      steps:',
  '        - name: say',
  '          status: number ${{ item }}',
  '        - name: work',
  '          run: sleep 0.02',
].join('\n');

interface Round {
  victim: 'sidecar' | 'runtime';
  task: Task;
}

describe('a process that is killed while it works', () => {
  let cluster: LaptopCluster;
  beforeAll(async () => {
    cluster = await LaptopCluster.start(root);
  });
  afterAll(() => cluster.stop());

  async function round(
    agent: string,
    name: string,
    victim: Round['victim'],
    delayMs: number,
  ): Promise<Round> {
    await cluster.untilAgentTakesWork(agent);
    await cluster.createTask(agent, name);
    await cluster.until(`${name} runs`, async () => {
      const { status } = await cluster.task(name);
      return status?.phase === 'Running';
    });
    await sleep(delayMs);
    const find = victim === 'sidecar' ? sidecarProcess : runtimeProcess;
    process.kill(find(cluster.home, agent)!.pid, 'SIGKILL');
    const killed = Date.now();
    const task = await cluster.untilFinished(name);
    expect(Date.now() - killed).toBeLessThan(TRUTH_MS);
    return { victim, task };
  }

  it('leaves no gap and no repeat in twenty records, and says what became of the work', async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
    process.stderr.write(`Kills come at moments of SEED=${seed}.\n`);
    const random = seededRandom(seed);
    const plan = Array.from({ length: LANES }, (_, lane) =>
      Array.from({ length: ROUNDS }, (__, turn) => ({
        victim: ((lane + turn) % 2 ? 'runtime' : 'sidecar') as Round['victim'],
        delayMs: Math.floor(random() * LATEST_KILL_MS),
      })),
    );
    const rounds = await Promise.all(
      plan.map(async (turns, lane) => {
        const agent = `victim-${lane}`;
        await cluster.addAgent(agent, playbook);
        const done: Round[] = [];
        for (const [turn, { victim, delayMs }] of turns.entries()) {
          done.push(
            await round(agent, `count-${lane}-${turn}`, victim, delayMs),
          );
        }
        return done;
      }),
    );

    for (const { victim, task } of rounds.flat()) {
      const events = await sessionEvents(cluster, task.status!.session!.id!);
      const numbers = events
        .filter(({ type }) => type === 'agent.status')
        .map(({ payload }) => Number(String(payload.text).split(' ')[1]));
      const lost = victim === 'runtime';
      expect({
        task: `${task.metadata.name} lost its ${victim}`,
        seqs: events.map(({ seq }) => seq),
        numbers,
        phase: task.status!.phase,
        reason: task.status!.result?.reason,
        epochs: new Set(events.map(({ epoch }) => epoch)).size,
      }).toEqual({
        task: `${task.metadata.name} lost its ${victim}`,
        seqs: upTo(events.length),
        // Whatever was said before the runtime died; all where it lived on.
        numbers: upTo(lost ? numbers.length : NUMBERS),
        phase: lost ? 'Failed' : 'Completed',
        reason: lost ? 'RuntimeDied' : task.status!.result?.reason,
        epochs: lost ? 1 : 2,
      });
    }

    const { items } = await cluster.client.list(taskType, {
      namespace: 'default',
    });
    expect(
      items.filter(
        ({ status }) => !/^(Completed|Failed)$/.test(status?.phase ?? ''),
      ),
    ).toEqual([]);
    const sessions = await cluster.json<{ phase: string }[]>('sessions');
    expect(
      sessions.filter(({ phase }) => !/^(Completed|Failed)$/.test(phase)),
    ).toEqual([]);
    const verified = await cluster.json<{ outcome: string }[]>(
      'audit',
      'verify',
    );
    const outcomes = verified.map(({ outcome }) => outcome);
    expect(outcomes).toHaveLength(LANES * ROUNDS);
    expect(new Set(outcomes)).toEqual(new Set(['intact']));
  });
});
