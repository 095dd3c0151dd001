import {
  ApiError,
  done,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { Task, type ResolvedAgent } from '@greenroom/kinds';
import { v7 as sessionIdOf } from 'uuid';
import type { Assembly } from '../../assembly/AgentAssembler';
import { resolveContexts } from '../../assembly/resolveContexts';
import { planContexts } from '@greenroom/context-tools';
import { readPod } from '../../podState/readPod';
import type { ControllerServices } from '../ControllerServices';
import { availabilityOf } from '../session/sessionAgent';
import { decideRetention } from './decideRetention';
import {
  decideTask,
  isFinished,
  type TaskAgent,
  type TaskContexts,
  type TaskDecision,
  type TaskSnapshot,
} from './decideTask';
import { readTaskWork, type TaskPod } from './readTaskWork';
import { judgeStartQuota } from './startQuota';
import { agentOf } from './TaskBoard';
import type { TaskDispatcher } from './TaskDispatcher';
import type { TaskJobs } from './TaskJobs';
import { taskStatus, type TaskFacts } from './taskStatus';

/** What a reconcile has found out about a Task. */
interface Findings {
  readonly snapshot: Omit<TaskSnapshot, 'line' | 'quota'>;
  readonly assembly?: Assembly;
  readonly podName?: string;
}

/** Brings each Task through its life: queue, work, end, removal. */
export class TaskReconciler implements Reconciler {
  constructor(
    private readonly services: ControllerServices,
    private readonly dispatcher: TaskDispatcher,
    private readonly jobs: TaskJobs,
  ) {}

  async reconcile({
    namespace = '',
    name,
  }: ObjectKey): Promise<ReconcileResult> {
    const task = this.services.view.tasks.get({ namespace, name });
    if (!task || task.metadata.deletionTimestamp) return done;
    if (isFinished(task)) return await this.retain(task);
    const findings = await this.findings(task);
    // From here to the claim nothing is awaited: two Tasks must not see the same free slot.
    const decision = decideTask({
      ...findings.snapshot,
      ...this.place(task, findings),
    });
    return await this.carryOut(task, decision, findings);
  }

  private async carryOut(
    task: Task,
    decision: TaskDecision,
    findings: Findings,
  ): Promise<ReconcileResult> {
    const nowMs = findings.snapshot.nowMs;
    switch (decision.act) {
      case 'await':
        await this.write(task, decision, findings);
        return after(decision.untilMs, nowMs);
      case 'wait':
        await this.write(task, decision, findings);
        return decision.retryAtMs === undefined
          ? done
          : after(decision.retryAtMs, nowMs);
      case 'start':
        return await this.start(task, decision, findings);
      case 'resume':
        await this.resume(task, findings);
        return after(decision.untilMs, nowMs);
      case 'run':
        await this.write(task, decision, findings);
        await this.resume(task, findings);
        return decision.untilMs === undefined
          ? done
          : after(decision.untilMs, nowMs);
      case 'abort':
        this.dispatcher.abort(task, decision.because, nowMs);
        return after(decision.untilMs, nowMs);
      case 'settle':
        await this.settle(task, decision, findings);
        return await this.retain(
          this.services.view.tasks.get(task.metadata) ?? task,
        );
      default:
        return done;
    }
  }

  private async start(
    task: Task,
    decision: Extract<TaskDecision, { act: 'start' }>,
    findings: Findings,
  ): Promise<ReconcileResult> {
    const { board, events } = this.services;
    board.claim(task, findings.snapshot.nowMs);
    const sessionId = sessionIdOf();
    try {
      await this.write(task, decision, findings, {
        sessionId,
        onlyIfUnchanged: true,
      });
    } catch (error) {
      board.unclaim(task);
      // Somebody changed the Task meanwhile; the change brings it here again.
      if (ApiError.isConflict(error) || ApiError.isNotFound(error))
        return { requeueAfter: 20 };
      throw error;
    }
    const started = this.services.view.tasks.get(task.metadata);
    if (started) await this.resume(started, findings);
    events.event(task, {
      reason: 'Started',
      action: 'Dispatch',
      note: this.startNote(task),
    });
    return after(findings.snapshot.nowMs + 60_000, findings.snapshot.nowMs);
  }

  private startNote({ spec }: Task): string {
    return spec.agentRef
      ? `Handed over to agent "${spec.agentRef.name}".`
      : `Template "${spec.templateRef?.name}" is run in a pod of its own.`;
  }

  /** Hands the Task over, or makes its Job, unless that is done. */
  private async resume(task: Task, { assembly }: Findings): Promise<void> {
    if (!assembly) return;
    const { namespace } = task.metadata;
    if (task.spec.templateRef) {
      await this.jobs.ensure(task, assembly);
      const link = this.services.links.bySession(
        task.status?.session?.id ?? '',
      );
      if (link) this.dispatcher.dispatch(task, link, assembly);
      return;
    }
    const link = this.services.pods.link(
      namespace,
      task.spec.agentRef?.name ?? '',
    );
    if (link && link.pod.name === (task.status?.podName ?? link.pod.name))
      this.dispatcher.dispatch(task, link, assembly);
  }

  private async settle(
    task: Task,
    decision: Extract<TaskDecision, { act: 'settle' }>,
    findings: Findings,
  ): Promise<void> {
    const { events } = this.services;
    await this.write(task, decision, findings);
    this.dispatcher.finish(task, decision.phase);
    events.event(task, {
      type: decision.phase === 'Completed' ? 'Normal' : 'Warning',
      reason: decision.phase,
      action: 'Settle',
      note: decision.result.message ?? `The task ended as ${decision.phase}.`,
    });
  }

  private async retain(task: Task): Promise<ReconcileResult> {
    const { view, client, now } = this.services;
    if (!isFinished(task)) return done;
    const decision = decideRetention(task, view.config, now().getTime());
    if (decision.act === 'delete') {
      await client.delete(Task, task.metadata, {
        preconditions: { uid: task.metadata.uid },
      });
      return done;
    }
    return decision.act === 'keepUntil'
      ? after(decision.untilMs, now().getTime())
      : done;
  }

  private async write(
    task: Task,
    decision: TaskDecision,
    { podName, assembly }: Findings,
    more: { sessionId?: string; onlyIfUnchanged?: boolean } = {},
  ): Promise<void> {
    const { statuses, sessions, board, now } = this.services;
    const { sessionId, onlyIfUnchanged } = more;
    const position = board.position(task);
    const session = sessions.get(task.status?.session?.id ?? '');
    const facts: TaskFacts = {
      task,
      now: now(),
      ...(position === undefined ? {} : { position }),
      ...(sessionId ? { sessionId } : {}),
      ...(podName ? { podName } : {}),
      ...(task.spec.templateRef && assembly
        ? { jobName: this.jobs.jobName(task) }
        : {}),
      ...(session ? { session } : {}),
    };
    await statuses.write(Task, task, taskStatus(decision, facts), {
      onlyIfUnchanged,
    });
  }

  private async findings(task: Task): Promise<Findings> {
    const { view, sessions, now } = this.services;
    const { namespace } = task.metadata;
    const { agentRef, templateRef } = task.spec;
    const resolution = agentRef
      ? view.resolveAgent(namespace, agentRef.name)
      : view.resolveTemplate(namespace, templateRef?.name ?? '');
    const resolved = 'resolved' in resolution ? resolution.resolved : undefined;
    const assembly = resolved && (await this.assemble(task, resolved));
    const contexts = assembly
      ? await this.contexts(task, assembly)
      : ({ state: 'Resolved' } as const);
    const pod = agentRef ? this.agentPod(task) : this.jobs.pod(task);
    const nowMs = now().getTime();
    const snapshot: Findings['snapshot'] = {
      task,
      agent:
        'missing' in resolution
          ? missingAgent(resolution.missing)
          : this.agentState(task, resolution.resolved),
      contexts,
      work: readTaskWork({
        task,
        session: sessions.get(task.status?.session?.id ?? ''),
        pod,
        ...optional('refused', this.dispatcher.refusal(task)),
        ...optional('aborting', this.dispatcher.aborting(task)),
      }),
      nowMs,
    };
    return {
      snapshot,
      ...(assembly ? { assembly } : {}),
      ...optional('podName', this.podName(task)),
    };
  }

  /** The Task's place in the line and what the quota says, at this very moment. A template's Tasks wait for nobody. */
  private place(
    task: Task,
    { assembly, snapshot }: Findings,
  ): Pick<TaskSnapshot, 'line' | 'quota'> {
    const agent = agentOf(task);
    if (!agent)
      return {
        line: { position: 1, freeSlots: 1, slots: 1 },
        quota: { allowed: true },
      };
    const { board } = this.services;
    return {
      line: board.place(task),
      quota: judgeStartQuota(
        assembly?.agent.quota,
        board.starts(agent),
        snapshot.nowMs,
      ),
    };
  }

  private podName({ metadata, spec, status }: Task): string | undefined {
    if (status?.podName) return status.podName;
    return spec.agentRef
      ? this.services.pods.link(metadata.namespace, spec.agentRef.name)?.pod
          .name
      : this.services.pods.ofJob(
          metadata.namespace,
          'task',
          status?.jobName ?? '',
        )?.metadata.name;
  }

  private assemble(task: Task, resolved: ResolvedAgent): Promise<Assembly> {
    return this.services.assembler.assemble(
      resolved,
      task.spec.templateRef
        ? { contexts: task.spec.contexts ?? [], base: taskFolder(task) }
        : undefined,
    );
  }

  private async contexts(
    task: Task,
    assembly: Assembly,
  ): Promise<TaskContexts> {
    const { configMaps } = this.services;
    const { namespace } = task.metadata;
    const problems = task.spec.templateRef
      ? assembly.problems
      : planContexts(
          await resolveContexts(task.spec.contexts ?? [], name =>
            configMaps.read(namespace, name),
          ),
          assembly.agent.workspaceDir,
          { base: taskFolder(task), outside: false },
        ).conflicts.map(({ reason, message }) => ({
          reason:
            reason === 'MissingContent' ? 'ConfigMapNotFound' : 'ContextError',
          message,
        }));
    const [first] = problems;
    if (!first) return { state: 'Resolved' };
    const message = problems.map(problem => problem.message).join(' ');
    return {
      state: problems.every(({ reason }) => reason === 'ConfigMapNotFound')
        ? 'Missing'
        : 'Invalid',
      message,
    };
  }

  private agentState(task: Task, resolved: ResolvedAgent): TaskAgent {
    return task.spec.templateRef
      ? { state: 'Ready' }
      : availabilityOf(this.services, resolved);
  }

  /** The pod of the live agent that the Task was handed to: a new pod of that agent knows nothing of it. */
  private agentPod(task: Task): TaskPod {
    const { pods, links } = this.services;
    const { namespace } = task.metadata;
    const { podName, session } = task.status ?? {};
    if (!podName || !session) return { state: 'Present' };
    const pod = pods.byName(namespace, podName);
    // A sidecar that is connected outlives what the cache says.
    if (links.bySession(session.id)?.pod.name === podName)
      return { state: 'Present' };
    if (!pod) {
      return {
        state: 'Lost',
        outcome: {
          outcome: 'failed',
          reason: 'PodLost',
          message: `Pod "${podName}" is gone, and the work with it. Look why with: kubectl get events -n ${namespace} --field-selector regarding.name=${podName}`,
        },
      };
    }
    const state = readPod(pod);
    if (state.state !== 'failed') return { state: 'Present' };
    const { reason, message, container, exitCode } = state.trouble;
    return {
      state: 'Lost',
      outcome: {
        outcome: 'failed',
        reason,
        message,
        ...optional('container', container),
        ...optional('exitCode', exitCode),
      },
    };
  }
}

/** Folder of a Task inside the workspace. */
export function taskFolder({ metadata }: Task): string {
  return `.greenroom/tasks/${metadata.name}`;
}

function missingAgent({
  kind,
  message,
}: {
  kind: 'Agent' | 'AgentTemplate';
  message: string;
}): TaskAgent {
  return {
    state: 'Missing',
    reason: kind === 'Agent' ? 'AgentNotFound' : 'TemplateNotFound',
    message,
  };
}

function after(atMs: number, nowMs: number): ReconcileResult {
  return { requeueAfter: Math.max(1, atMs - nowMs) };
}

function optional<K extends string, V>(
  key: K,
  value: V | undefined,
): { [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: V };
}
