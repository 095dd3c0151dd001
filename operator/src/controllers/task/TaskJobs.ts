import { parseDuration, type Task } from '@greenroom/kinds';
import type { Assembly } from '../../assembly/AgentAssembler';
import { shortDigest } from '../../pods/podMetadata';
import type { ControllerServices } from '../ControllerServices';
import { ensureSessionJob } from '../jobs/ensureSessionJob';
import { readSessionPod } from '../jobs/readSessionPod';
import type { TaskPod } from './readTaskWork';

/** What a Job's pod gets beyond the Task's own limits, so that the Task's time-out ends the work first and says why. */
const deadlineMarginMs = 120_000;

/** Names of Jobs become labels of their pods, which have at most 63 characters. */
const longestJobName = 63;

/** The Jobs in which Tasks run that name a template. */
export class TaskJobs {
  constructor(private readonly services: ControllerServices) {}

  /** The same for the life of a Task, and another for a later Task of the same name. */
  jobName({ metadata }: Task): string {
    const suffix = shortDigest(metadata.uid).slice(0, 5);
    return `${metadata.name
      .slice(0, longestJobName - suffix.length - 1)
      .replace(/[.-]+$/, '')}-${suffix}`;
  }

  /** Makes the Job and what its pod needs, once. */
  async ensure(task: Task, assembly: Assembly): Promise<void> {
    const { timeout, startDeadline } = task.spec;
    const sessionId = task.status?.session?.id;
    if (!sessionId) return;
    const plan = this.services.assembler.podPlan(assembly, this.jobName(task), {
      kind: 'session',
      sessionId,
      owner: { kind: 'Task', name: task.metadata.name, uid: task.metadata.uid },
      ...(timeout
        ? {
            activeDeadlineMs:
              parseDuration(timeout) +
              parseDuration(startDeadline) +
              deadlineMarginMs,
          }
        : {}),
    });
    await ensureSessionJob(this.services, plan, task);
  }

  /** What has become of the Task's pod. */
  pod(task: Task): TaskPod {
    if (!task.status?.session) return { state: 'Present' };
    const pod = readSessionPod(this.services, {
      namespace: task.metadata.namespace,
      component: 'task',
      name: this.jobName(task),
      ...(task.status.podName ? { known: task.status.podName } : {}),
    });
    if (pod.state !== 'Lost')
      return {
        state: 'Present',
        ...(pod.trouble ? { trouble: pod.trouble.message } : {}),
      };
    const { reason, message, container, exitCode } = pod;
    return {
      state: 'Lost',
      outcome: {
        outcome: reason === 'TimedOut' ? 'cancelled' : 'failed',
        reason,
        message,
        ...(container ? { container } : {}),
        ...(exitCode === undefined ? {} : { exitCode }),
      },
    };
  }
}
