import { ConfigMap, Job, NetworkPolicy, Role, RoleBinding, ServiceAccount } from '@greenroom/controller-runtime';
import { parseDuration, type Task } from '@greenroom/kinds';
import type { Assembly } from '../../assembly/AgentAssembler';
import { readPod } from '../../podState/readPod';
import { agentNetworkPolicy } from '../../pods/agentNetworkPolicy';
import { agentRole, agentRoleBinding, agentServiceAccount } from '../../pods/agentServiceAccount';
import { contextsConfigMap } from '../../pods/contextsConfigMap';
import { agentLabels, shortDigest } from '../../pods/podMetadata';
import { hasContexts } from '../../pods/podVolumes';
import { sessionJob } from '../../pods/sessionJob';
import type { ControllerServices } from '../ControllerServices';
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
    return `${metadata.name.slice(0, longestJobName - suffix.length - 1).replace(/[.-]+$/, '')}-${suffix}`;
  }

  /** Makes the Job and what its pod needs, once. */
  async ensure(task: Task, assembly: Assembly): Promise<void> {
    const { objects, assembler } = this.services;
    const sessionId = task.status?.session?.id;
    const key = { namespace: task.metadata.namespace, name: this.jobName(task) };
    if (!sessionId || objects.get(Job, key)) return;
    const plan = assembler.podPlan(assembly, key.name, {
      kind: 'session',
      sessionId,
      owner: { kind: 'Task', name: task.metadata.name, uid: task.metadata.uid },
      ...(task.spec.timeout
        ? {
            activeDeadlineMs:
              parseDuration(task.spec.timeout) + parseDuration(task.spec.startDeadline) + deadlineMarginMs,
          }
        : {}),
    });
    if (hasContexts(plan)) await objects.ensure(ConfigMap, contextsConfigMap(plan, task, agentLabels(plan)));
    if (assembly.agent.rbac.rules.length > 0) {
      if (!assembly.agent.serviceAccountName) await objects.ensure(ServiceAccount, agentServiceAccount(plan, task));
      await objects.ensure(Role, agentRole(plan, task));
      await objects.ensure(RoleBinding, agentRoleBinding(plan, task));
    }
    await objects.ensure(NetworkPolicy, agentNetworkPolicy(plan, task));
    await objects.ensure(Job, sessionJob(plan, task));
  }

  /** What has become of the Task's pod. */
  pod(task: Task): TaskPod {
    const { objects, pods } = this.services;
    const { namespace } = task.metadata;
    if (!task.status?.session) return { state: 'Present' };
    const name = this.jobName(task);
    const pod = pods.ofJob(namespace, 'task', name);
    const job = objects.get(Job, { namespace, name });
    if (!pod) return jobWithoutPod(job, name, task.status.podName);
    const state = readPod(pod);
    switch (state.state) {
      case 'failed': {
        const { container, exitCode, reason, message } = state.trouble;
        return {
          state: 'Lost',
          outcome: {
            outcome: 'failed',
            reason,
            message,
            ...(container ? { container } : {}),
            ...(exitCode === undefined ? {} : { exitCode }),
          },
        };
      }
      case 'succeeded':
        return {
          state: 'Lost',
          outcome: {
            outcome: 'failed',
            reason: 'RuntimeLost',
            message: `Pod "${pod.metadata.name}" ended without a result: the runtime stopped before it had reported one.`,
            exitCode: 0,
          },
        };
      case 'pending':
      case 'running':
        return { state: 'Present', ...(state.trouble ? { trouble: state.trouble.message } : {}) };
      default:
        return { state: 'Present' };
    }
  }
}

function jobWithoutPod(job: Job | undefined, name: string, podName: string | undefined): TaskPod {
  const failed = job?.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  if (failed) {
    return {
      state: 'Lost',
      outcome: {
        outcome: failed.reason === 'DeadlineExceeded' ? 'cancelled' : 'failed',
        reason: failed.reason === 'DeadlineExceeded' ? 'TimedOut' : 'PodLost',
        message: `Job "${name}" failed: ${failed.message ?? failed.reason ?? 'no reason given'}`,
      },
    };
  }
  // A pod that had a name was there; now it is gone.
  if (podName) {
    return {
      state: 'Lost',
      outcome: { outcome: 'failed', reason: 'PodLost', message: `Pod "${podName}" is gone, and the work with it.` },
    };
  }
  return { state: 'Present' };
}
