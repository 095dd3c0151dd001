import type { ContainerRecord } from './ContainerRecord';
import type { Container, PodSpec } from './podParts';
import { restartDelay, type RestartBackOff } from './restartDelay';

/** Why a pod is being ended before its containers are done. */
export type PodEnding =
  | { because: 'Deleted' }
  | { because: 'Failed'; reason: string; message: string };

/** What is known about a pod when it is decided what happens next. Times are milliseconds since the epoch. */
export interface PodSnapshot {
  spec: PodSpec;
  records: ReadonlyMap<string, ContainerRecord>;
  /** When the pod came to this node: from here on its deadline counts. */
  startedAt: number;
  ending?: PodEnding;
  backOff: RestartBackOff;
  now: number;
}

/** One thing to do for a pod. */
export type PodAction =
  | { act: 'start'; container: string }
  | { act: 'stop'; container: string; because: string }
  /** End everything: the pod has failed as a whole. */
  | { act: 'fail'; reason: string; message: string }
  /** No container runs, and none will again. */
  | { act: 'conclude'; phase: 'Succeeded' | 'Failed' }
  /** Nothing before this time, unless something changes. */
  | { act: 'wait'; until: number };

/** An init container that goes on running beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** What to do with a pod next. */
export function decidePod(snapshot: PodSnapshot): PodAction[] {
  if (snapshot.ending) return decideEnding(snapshot);
  const { activeDeadlineSeconds } = snapshot.spec;
  if (activeDeadlineSeconds === undefined) return decideRunning(snapshot);
  const deadline = snapshot.startedAt + activeDeadlineSeconds * 1000;
  if (snapshot.now >= deadline) {
    return [
      {
        act: 'fail',
        reason: 'DeadlineExceeded',
        message:
          'Pod was active on the node longer than the specified deadline',
      },
    ];
  }
  const actions = decideRunning(snapshot);
  return actions.some(({ act }) => act === 'conclude')
    ? actions
    : [...actions, { act: 'wait', until: deadline }];
}

function decideRunning(snapshot: PodSnapshot): PodAction[] {
  const { spec, records } = snapshot;
  const init = decideInit(snapshot);
  if (init.is === 'failed') return endSidecars(snapshot, 'Failed');
  if (init.is === 'waiting') return init.actions;
  const isDone = spec.containers.every(({ name }) =>
    hasEndedForGood(records.get(name)!, restartPolicyOf(spec)),
  );
  if (isDone) {
    const isSuccess = spec.containers.every(
      ({ name }) => exitCodeOf(records.get(name)!) === 0,
    );
    return endSidecars(snapshot, isSuccess ? 'Succeeded' : 'Failed');
  }
  const main = spec.containers.flatMap(({ name }) =>
    decideContainer(records.get(name)!, restartPolicyOf(spec), snapshot),
  );
  return [...init.actions, ...main];
}

type InitDecision =
  | { is: 'done' | 'waiting'; actions: PodAction[] }
  | { is: 'failed' };

/** Init containers run one after the other; a sidecar only has to be started for the next to begin. */
function decideInit(snapshot: PodSnapshot): InitDecision {
  const { spec, records } = snapshot;
  // Once the pod is initialized, a sidecar that is restarted holds nobody up.
  const wasInitialized = spec.containers.some(
    ({ name }) => records.get(name)!.state.is !== 'created',
  );
  const actions: PodAction[] = [];
  for (const container of spec.initContainers ?? []) {
    const record = records.get(container.name)!;
    const { state } = record;
    if (isSidecar(container)) {
      actions.push(...decideContainer(record, 'Always', snapshot));
      const isUp = state.is === 'running' && state.isStarted;
      if (!isUp && !wasInitialized) return { is: 'waiting', actions };
    } else if (!wasInitialized && exitCodeOf(record) !== 0) {
      const policy = initPolicyOf(spec);
      if (hasEndedForGood(record, policy)) return { is: 'failed' };
      actions.push(...decideContainer(record, policy, snapshot));
      return { is: 'waiting', actions };
    }
  }
  return { is: 'done', actions };
}

function decideContainer(
  record: ContainerRecord,
  policy: RestartPolicy,
  { now, backOff }: PodSnapshot,
): PodAction[] {
  const { name: container, state } = record;
  switch (state.is) {
    case 'created':
      return [{ act: 'start', container }];
    case 'starting':
      return [];
    case 'blocked':
      return [startAt(container, state.retryAt, now)];
    case 'running':
      return state.unhealthy && !state.isStopping
        ? [{ act: 'stop', container, because: state.unhealthy }]
        : [];
    case 'ended': {
      if (hasEndedForGood(record, policy)) return [];
      const delay = restartDelay(record.failures, backOff);
      return [startAt(container, state.run.finishedAt + delay, now)];
    }
    default:
      return state satisfies never;
  }
}

/** The main containers have ended: sidecars follow, the last started first, one at a time. */
function endSidecars(
  snapshot: PodSnapshot,
  phase: 'Succeeded' | 'Failed',
): PodAction[] {
  const { spec, records } = snapshot;
  for (const { name } of [...(spec.initContainers ?? [])].reverse()) {
    const { state } = records.get(name)!;
    if (state.is === 'starting') return [];
    if (state.is === 'running') {
      return state.isStopping
        ? []
        : [
            {
              act: 'stop',
              container: name,
              because: `Stopping container ${name}`,
            },
          ];
    }
  }
  return [{ act: 'conclude', phase }];
}

function decideEnding(snapshot: PodSnapshot): PodAction[] {
  const { spec, records, ending } = snapshot;
  const actions: PodAction[] = [];
  let isAlive = false;
  for (const { name } of spec.containers) {
    const { state } = records.get(name)!;
    if (state.is === 'starting') isAlive = true;
    if (state.is !== 'running') continue;
    isAlive = true;
    if (state.isStopping) continue;
    actions.push({
      act: 'stop',
      container: name,
      because: `Stopping container ${name}`,
    });
  }
  if (isAlive) return actions;
  const isSuccess =
    ending!.because === 'Deleted' &&
    spec.containers.every(({ name }) => exitCodeOf(records.get(name)!) === 0);
  return endSidecars(snapshot, isSuccess ? 'Succeeded' : 'Failed');
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export function restartPolicyOf(spec: PodSpec): RestartPolicy {
  return (spec.restartPolicy as RestartPolicy | undefined) ?? 'Always';
}

/** An init container that succeeded is done whatever the policy; one that failed is tried again unless the pod says never. */
export function initPolicyOf(spec: PodSpec): RestartPolicy {
  return restartPolicyOf(spec) === 'Never' ? 'Never' : 'OnFailure';
}

/** Whether a container has ended and will not be started again. */
export function hasEndedForGood(
  record: ContainerRecord,
  policy: RestartPolicy,
): boolean {
  const exitCode = exitCodeOf(record);
  if (exitCode === undefined || policy === 'Always') return false;
  return policy === 'Never' || exitCode === 0;
}

function exitCodeOf({ state }: ContainerRecord): number | undefined {
  return state.is === 'ended' ? state.run.exitCode : undefined;
}

function startAt(container: string, at: number, now: number): PodAction {
  return now >= at ? { act: 'start', container } : { act: 'wait', until: at };
}
