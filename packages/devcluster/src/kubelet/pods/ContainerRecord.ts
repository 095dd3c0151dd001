/** A container's run that has ended. Times are milliseconds since the epoch. */
export interface EndedRun {
  exitCode: number;
  signal?: number;
  /** `Completed`, `Error`, `StartError`, `ContainerStatusUnknown`, … as a kubelet writes them. */
  reason: string;
  message?: string;
  startedAt?: number;
  finishedAt: number;
  containerId?: string;
}

/** Where a container is in its life. */
export type ContainerState =
  /** Never started yet. */
  | { is: 'created' }
  /** Being started: its environment is collected, its process spawned. */
  | { is: 'starting' }
  /** Cannot be started now; it is tried again at `retryAt`. `attempts` counts the failures in a row. */
  | {
      is: 'blocked';
      reason: string;
      message: string;
      attempts: number;
      retryAt: number;
    }
  | {
      is: 'running';
      startedAt: number;
      containerId: string;
      /** The start hook and the startup probe have succeeded, or there is none. */
      isStarted: boolean;
      /** The readiness probe's last word; true without one. */
      isReady: boolean;
      /** Why a probe or hook wants it ended. */
      unhealthy?: string;
      isStopping: boolean;
    }
  | { is: 'ended'; run: EndedRun };

/** All that is known about one container of a pod. */
export interface ContainerRecord {
  name: string;
  state: ContainerState;
  /** How often it was started again. */
  restartCount: number;
  /** Failures in a row, by which the back-off grows. */
  failures: number;
  /** The run before the present one. */
  lastRun?: EndedRun;
}

export function newContainerRecord(name: string): ContainerRecord {
  return { name, state: { is: 'created' }, restartCount: 0, failures: 0 };
}
