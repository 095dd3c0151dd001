import type { Pod } from '@greenroom/controller-runtime';

/** Why a pod does not run as it should, in words a person can act on. */
export interface PodTrouble {
  reason:
    | 'Unschedulable'
    | 'ImagePullFailed'
    | 'SecretNotFound'
    | 'ConfigMapNotFound'
    | 'CrashLoop'
    | 'OutOfMemory'
    | 'InitFailed'
    | 'PodFailed'
    | 'Evicted';
  message: string;
  /** The container it is about. */
  container?: string;
  /** Its exit code, if it ended. */
  exitCode?: number;
}

/** What is known of a pod, as far as Tasks, Sessions and Agents care. */
export type PodState =
  | { state: 'pending'; trouble?: PodTrouble }
  | { state: 'running'; ready: boolean; trouble?: PodTrouble }
  | { state: 'succeeded' }
  | { state: 'failed'; trouble: PodTrouble }
  | { state: 'ending' };

type Status = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<Status['containerStatuses']>[number];

const configReasons = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'InvalidImageName',
]);
const pullReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
]);

/** Reads a pod's status into what it means. */
export function readPod(pod: Pod): PodState {
  if (pod.metadata.deletionTimestamp) return { state: 'ending' };
  const status = pod.status ?? {};
  switch (status.phase) {
    case 'Succeeded':
      return { state: 'succeeded' };
    case 'Failed':
      return { state: 'failed', trouble: failureOf(pod, status) };
    case 'Running':
      return {
        state: 'running',
        ready: isReady(status),
        ...withTrouble(containerTrouble(pod, status)),
      };
    default:
      return {
        state: 'pending',
        ...withTrouble(
          schedulingTrouble(pod, status) ?? containerTrouble(pod, status),
        ),
      };
  }
}

function withTrouble(trouble: PodTrouble | undefined): {
  trouble?: PodTrouble;
} {
  return trouble ? { trouble } : {};
}

function isReady(status: Status): boolean {
  return (
    status.conditions?.some(
      ({ type, status: value }) => type === 'Ready' && value === 'True',
    ) ?? false
  );
}

function schedulingTrouble(pod: Pod, status: Status): PodTrouble | undefined {
  const scheduled = status.conditions?.find(
    ({ type }) => type === 'PodScheduled',
  );
  if (scheduled?.status !== 'False') return undefined;
  return {
    reason: 'Unschedulable',
    message: `Pod "${pod.metadata.name}" fits no node: ${
      scheduled.message ?? scheduled.reason ?? 'no reason given'
    }. Free or add capacity, or change podSpec.resources or podSpec.scheduling.`,
  };
}

function containerTrouble(pod: Pod, status: Status): PodTrouble | undefined {
  for (const container of allContainers(status)) {
    const waiting = container.state?.waiting;
    const reason = waiting?.reason ?? '';
    if (pullReasons.has(reason))
      return pullTrouble(container, waiting?.message);
    if (configReasons.has(reason)) {
      return {
        reason: missingReason(waiting?.message ?? ''),
        container: container.name,
        message: `Container "${container.name}" of pod "${
          pod.metadata.name
        }" cannot be made: ${
          waiting?.message ?? reason
        }. Create what is missing or correct its name.`,
      };
    }
    if (reason === 'CrashLoopBackOff') return crashTrouble(pod, container);
  }
  return undefined;
}

/** The kubelet tells what is missing only in words. */
function missingReason(message: string): PodTrouble['reason'] {
  if (/secret/i.test(message)) return 'SecretNotFound';
  return /configmap/i.test(message) ? 'ConfigMapNotFound' : 'PodFailed';
}

function pullTrouble(
  container: ContainerStatus,
  message: string | undefined,
): PodTrouble {
  return {
    reason: 'ImagePullFailed',
    container: container.name,
    message: `Image "${container.image}" of container "${
      container.name
    }" cannot be pulled: ${
      message ?? 'no reason given'
    }. Correct the name, or add imagePullSecrets.`,
  };
}

function crashTrouble(pod: Pod, container: ContainerStatus): PodTrouble {
  const ended = container.lastState?.terminated;
  return {
    reason: 'CrashLoop',
    container: container.name,
    ...(ended ? { exitCode: ended.exitCode } : {}),
    message: `Container "${container.name}" ended ${
      container.restartCount
    } times${
      ended ? `, last with ${describeEnd(ended)}` : ''
    }. Read why with: kubectl logs ${pod.metadata.name} -n ${
      pod.metadata.namespace
    } -c ${container.name} --previous`,
  };
}

function failureOf(pod: Pod, status: Status): PodTrouble {
  if (status.reason === 'Evicted') {
    return {
      reason: 'Evicted',
      message: `Pod "${pod.metadata.name}" was evicted: ${
        status.message ?? 'no reason given'
      }.`,
    };
  }
  for (const container of allContainers(status)) {
    const ended = container.state?.terminated;
    if (ended && ended.exitCode !== 0) {
      return {
        reason: failureReason(status, container, ended.reason),
        container: container.name,
        exitCode: ended.exitCode,
        message: `Container "${container.name}" of pod "${
          pod.metadata.name
        }" ended with ${describeEnd(ended)}.`,
      };
    }
  }
  return {
    reason: 'PodFailed',
    message: `Pod "${pod.metadata.name}" failed: ${
      [status.reason, status.message].filter(Boolean).join(': ') ||
      'no reason given'
    }.`,
  };
}

function failureReason(
  { initContainerStatuses = [] }: Status,
  container: ContainerStatus,
  reason: string | undefined,
): PodTrouble['reason'] {
  if (reason === 'OOMKilled') return 'OutOfMemory';
  return initContainerStatuses.includes(container) ? 'InitFailed' : 'PodFailed';
}

function describeEnd(ended: {
  exitCode: number;
  reason?: string;
  message?: string;
}): string {
  const reason =
    ended.reason && ended.reason !== 'Error' ? ` (${ended.reason})` : '';
  const message = ended.message ? `: ${ended.message.trim()}` : '';
  return `exit code ${ended.exitCode}${reason}${message}`;
}

function allContainers(status: Status): ContainerStatus[] {
  return [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
  ];
}
