import type { ContainerRecord, ContainerState } from './ContainerRecord';
import { decidePod, type PodAction, type PodSnapshot } from './decidePod';

const backOff = { baseMs: 1_000, maxMs: 30_000 };
const created: ContainerState = { is: 'created' };
const starting: ContainerState = { is: 'starting' };
const running: ContainerState = {
  is: 'running',
  startedAt: 0,
  containerId: 'id',
  isStarted: true,
  isReady: true,
  isStopping: false,
};
const stopping: ContainerState = { ...running, isStopping: true };
const notStarted: ContainerState = { ...running, isStarted: false };
const unhealthy: ContainerState = { ...running, unhealthy: 'is unwell' };
const ended = (exitCode: number, finishedAt = 0): ContainerState => ({
  is: 'ended',
  run: { exitCode, reason: exitCode ? 'Error' : 'Completed', finishedAt },
});
const blocked = (retryAt: number): ContainerState => ({
  is: 'blocked',
  reason: 'ErrImagePull',
  message: 'no such image',
  attempts: 1,
  retryAt,
});

interface Case {
  init?: Record<string, ContainerState>;
  /** Names of init containers with restartPolicy Always. */
  sidecars?: string[];
  main: Record<string, ContainerState>;
  policy?: 'Always' | 'OnFailure' | 'Never';
  failures?: number;
  deadline?: number;
  ending?: PodSnapshot['ending'];
  now?: number;
}

function decide(given: Case): PodAction[] {
  const { init = {}, main, sidecars = [], failures = 1 } = given;
  const records = new Map<string, ContainerRecord>();
  for (const [name, state] of Object.entries({ ...init, ...main })) {
    records.set(name, { name, state, restartCount: 0, failures });
  }
  return decidePod({
    spec: {
      restartPolicy: given.policy ?? 'Always',
      activeDeadlineSeconds: given.deadline,
      initContainers: Object.keys(init).map(name => ({
        name,
        restartPolicy: sidecars.includes(name) ? 'Always' : undefined,
      })),
      containers: Object.keys(main).map(name => ({ name })),
    },
    records,
    startedAt: 0,
    ending: given.ending,
    backOff,
    now: given.now ?? 0,
  });
}

const start = (container: string): PodAction => ({ act: 'start', container });
const stop = (
  container: string,
  because = `Stopping container ${container}`,
): PodAction => ({
  act: 'stop',
  container,
  because,
});
const wait = (until: number): PodAction => ({ act: 'wait', until });
const succeeded: PodAction = { act: 'conclude', phase: 'Succeeded' };
const failed: PodAction = { act: 'conclude', phase: 'Failed' };
const deleted: PodSnapshot['ending'] = { because: 'Deleted' };

describe('decidePod', () => {
  it.each<[string, Case, PodAction[]]>([
    [
      'all containers of a new pod start together',
      { main: { a: created, b: created } },
      [start('a'), start('b')],
    ],
    [
      'a container that is starting is not started twice',
      { main: { a: starting } },
      [],
    ],
    ['a running container is left alone', { main: { a: running } }, []],
    [
      'an unhealthy container is stopped',
      { main: { a: unhealthy } },
      [stop('a', 'is unwell')],
    ],
    [
      'a stopping container is not stopped twice',
      { main: { a: { ...unhealthy, isStopping: true } as ContainerState } },
      [],
    ],
    [
      'the first restart is immediate',
      { main: { a: ended(1, 5) }, failures: 1, now: 5 },
      [start('a')],
    ],
    [
      'the second restart waits',
      { main: { a: ended(1, 5) }, failures: 2, now: 5 },
      [wait(1005)],
    ],
    [
      'a later one waits longer',
      { main: { a: ended(0, 5) }, failures: 4, now: 6 },
      [wait(4005)],
    ],
    [
      'no restart waits longer than the longest delay',
      { main: { a: ended(1, 0) }, failures: 40, now: 1 },
      [wait(30_000)],
    ],
    [
      'an image that is missing is tried again in time',
      { main: { a: blocked(70) }, now: 69 },
      [wait(70)],
    ],
    ['and then it is', { main: { a: blocked(70) }, now: 70 }, [start('a')]],
    [
      'OnFailure leaves a success alone',
      { main: { a: ended(0), b: running }, policy: 'OnFailure' },
      [],
    ],
    [
      'OnFailure restarts a failure',
      { main: { a: ended(2), b: running }, policy: 'OnFailure' },
      [start('a')],
    ],
    [
      'Never restarts nothing',
      { main: { a: ended(2), b: running }, policy: 'Never' },
      [],
    ],
    [
      'a pod whose containers all succeeded has succeeded',
      { main: { a: ended(0), b: ended(0) }, policy: 'OnFailure' },
      [succeeded],
    ],
    [
      'a pod with a failed container has failed',
      { main: { a: ended(0), b: ended(3) }, policy: 'Never' },
      [failed],
    ],
    ['Always never concludes', { main: { a: ended(0) } }, [start('a')]],

    [
      'init containers go first',
      { init: { i: created }, main: { a: created } },
      [start('i')],
    ],
    [
      'one at a time',
      { init: { i: running, j: created }, main: { a: created } },
      [],
    ],
    [
      'the next begins when the first succeeded',
      { init: { i: ended(0), j: created }, main: { a: created } },
      [start('j')],
    ],
    [
      'a failed one is tried again',
      { init: { i: ended(1), j: created }, main: { a: created } },
      [start('i')],
    ],
    [
      'a failed one fails a pod that restarts nothing',
      {
        init: { i: ended(1), j: created },
        main: { a: created },
        policy: 'Never',
      },
      [failed],
    ],
    [
      'main containers start when all are done',
      { init: { i: ended(0) }, main: { a: created } },
      [start('a')],
    ],
    [
      'a done init container is not repeated',
      { init: { i: ended(0) }, main: { a: running } },
      [],
    ],

    [
      'a sidecar starts first',
      { init: { s: created }, sidecars: ['s'], main: { a: created } },
      [start('s')],
    ],
    [
      'and holds the others until it is started',
      {
        init: { s: notStarted, i: created },
        sidecars: ['s'],
        main: { a: created },
      },
      [],
    ],
    [
      'then the next init container goes',
      {
        init: { s: running, i: created },
        sidecars: ['s'],
        main: { a: created },
      },
      [start('i')],
    ],
    [
      'a sidecar that crashes meanwhile holds them again',
      {
        init: { s: ended(1), i: running },
        sidecars: ['s'],
        main: { a: created },
      },
      [start('s')],
    ],
    [
      'main containers run beside it',
      { init: { s: running }, sidecars: ['s'], main: { a: created } },
      [start('a')],
    ],
    [
      'a sidecar that ends is restarted whatever the policy',
      {
        init: { s: ended(0) },
        sidecars: ['s'],
        main: { a: running },
        policy: 'Never',
      },
      [start('s')],
    ],
    [
      'and does not hold up a restart of the others',
      { init: { s: ended(1) }, sidecars: ['s'], main: { a: ended(1) } },
      [start('s'), start('a')],
    ],
    [
      'sidecars end after the main containers, last first',
      {
        init: { s: running, t: running },
        sidecars: ['s', 't'],
        main: { a: ended(0) },
        policy: 'Never',
      },
      [stop('t')],
    ],
    [
      'one at a time',
      {
        init: { s: running, t: stopping },
        sidecars: ['s', 't'],
        main: { a: ended(0) },
        policy: 'Never',
      },
      [],
    ],
    [
      'then the one before',
      {
        init: { s: running, t: ended(143) },
        sidecars: ['s', 't'],
        main: { a: ended(0) },
        policy: 'Never',
      },
      [stop('s')],
    ],
    [
      'how a sidecar ends does not count',
      {
        init: { s: ended(143) },
        sidecars: ['s'],
        main: { a: ended(0) },
        policy: 'Never',
      },
      [succeeded],
    ],
    [
      'a failed init container ends sidecars too',
      {
        init: { s: running, i: ended(1) },
        sidecars: ['s'],
        main: { a: created },
        policy: 'Never',
      },
      [stop('s')],
    ],

    [
      'a deleted pod stops its main containers together',
      { main: { a: running, b: running }, ending: deleted },
      [stop('a'), stop('b')],
    ],
    [
      'its sidecars only then',
      {
        init: { s: running },
        sidecars: ['s'],
        main: { a: stopping },
        ending: deleted,
      },
      [],
    ],
    [
      'sidecars follow',
      {
        init: { s: running },
        sidecars: ['s'],
        main: { a: ended(0) },
        ending: deleted,
      },
      [stop('s')],
    ],
    [
      'a container that just starts is waited for',
      { main: { a: starting }, ending: deleted },
      [],
    ],
    [
      'a running init container is stopped',
      { init: { i: running }, main: { a: created }, ending: deleted },
      [stop('i')],
    ],
    [
      'a deleted pod that ended well has succeeded',
      { main: { a: ended(0) }, ending: deleted },
      [succeeded],
    ],
    [
      'a deleted pod that was killed has failed',
      { main: { a: ended(143) }, ending: deleted },
      [failed],
    ],
    [
      'a deleted pod is not restarted',
      { main: { a: ended(1) }, ending: deleted },
      [failed],
    ],

    [
      'a deadline is waited for',
      { main: { a: running }, deadline: 3, now: 100 },
      [wait(3000)],
    ],
    [
      'a pod that outlives it fails',
      { main: { a: running }, deadline: 3, now: 3000 },
      [
        {
          act: 'fail',
          reason: 'DeadlineExceeded',
          message:
            'Pod was active on the node longer than the specified deadline',
        },
      ],
    ],
    [
      'its containers are stopped',
      {
        main: { a: running },
        deadline: 3,
        now: 3001,
        ending: { because: 'Failed', reason: 'DeadlineExceeded', message: '' },
      },
      [stop('a')],
    ],
    [
      'and it has failed however they ended',
      {
        main: { a: ended(0) },
        deadline: 3,
        now: 3001,
        ending: { because: 'Failed', reason: 'DeadlineExceeded', message: '' },
      },
      [failed],
    ],
  ])('%s', (_, given, expected) => {
    expect(decide(given)).toEqual(expected);
  });
});
