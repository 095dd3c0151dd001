import { Job } from '@greenroom/controller-runtime';
import { readPod, type PodTrouble } from '../../podState/readPod';
import type { ControllerServices } from '../ControllerServices';

/** The pod of a Job that holds one session. */
export type SessionPodState =
  | {
      readonly state: 'Coming';
      readonly name?: string;
      readonly trouble?: PodTrouble;
    }
  | {
      readonly state: 'Running';
      readonly name: string;
      readonly trouble?: PodTrouble;
    }
  /** It ended or is gone, and will say nothing any more. */
  | {
      readonly state: 'Lost';
      readonly reason: string;
      readonly message: string;
      readonly container?: string;
      readonly exitCode?: number;
    };

/**
 * Reads what has become of a Job's pod.
 *
 * @param known - name of the pod if it was ever seen: one that had a name and is not there any more is gone
 */
export function readSessionPod(
  { objects, pods }: Pick<ControllerServices, 'objects' | 'pods'>,
  job: {
    namespace: string;
    component: 'task' | 'session';
    name: string;
    known?: string;
  },
): SessionPodState {
  const pod = pods.ofJob(job.namespace, job.component, job.name);
  const name = pod?.metadata.name ?? '';
  // Another pod in its place knows nothing of the work.
  if (!pod || (job.known && name !== job.known))
    return withoutPod(objects.get(Job, job), job);
  // Its containers have ended; what keeps the object is bookkeeping of others.
  if (
    pod.metadata.deletionTimestamp &&
    ['Failed', 'Succeeded'].includes(pod.status?.phase ?? '')
  ) {
    return {
      state: 'Lost',
      reason: 'PodLost',
      message: `Pod "${name}" was deleted, and the work with it.`,
    };
  }
  const state = readPod(pod);
  switch (state.state) {
    case 'failed':
      return { state: 'Lost', ...state.trouble };
    case 'succeeded':
      return {
        state: 'Lost',
        reason: 'RuntimeLost',
        message: `Pod "${name}" ended without a result: the runtime stopped before it had reported one.`,
        exitCode: 0,
      };
    case 'pending':
      return {
        state: 'Coming',
        name,
        ...(state.trouble ? { trouble: state.trouble } : {}),
      };
    case 'running':
      return {
        state: 'Running',
        name,
        ...(state.trouble ? { trouble: state.trouble } : {}),
      };
    default:
      return { state: 'Running', name };
  }
}

function withoutPod(
  job: Job | undefined,
  { name, known }: { name: string; known?: string },
): SessionPodState {
  const failed = job?.status?.conditions?.find(
    ({ type, status }) => type === 'Failed' && status === 'True',
  );
  if (failed) {
    return {
      state: 'Lost',
      reason: failed.reason === 'DeadlineExceeded' ? 'TimedOut' : 'PodLost',
      message: `Job "${name}" failed: ${
        failed.message ?? failed.reason ?? 'no reason given'
      }`,
    };
  }
  if (known)
    return {
      state: 'Lost',
      reason: 'PodLost',
      message: `Pod "${known}" is gone, and the work with it.`,
    };
  return { state: 'Coming' };
}
