import type { Task } from '@greenroom/kinds';
import type { SessionOpening } from '@greenroom/protocol';
import { resolveContexts } from '../../assembly/resolveContexts';
import type { SidecarLink } from '../../ingest/SidecarLink';
import { LinkClosedError } from '../../ingest/SidecarLink';
import { policiesDigest } from '../../settings/effectivePolicies';
import type { Assembly } from '../../assembly/AgentAssembler';
import type { ControllerServices } from '../ControllerServices';
import type { Aborting, AbortReason } from './decideTask';
import { taskInputId } from './readTaskWork';
import { taskTitle } from './taskStatus';

/** Why a sidecar did not take a Task. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** A runtime that holds one session still has the one before; it is asked again so much later. */
const busyRetryMs = 100;

class RuntimeBusyError extends Error {
  readonly name = 'RuntimeBusyError';
}

/**
 * Hands Tasks to their sidecars and aborts them, off the reconcile path. What came of it shows in the session's events; only
 * a refusal, which leaves none, is told by waking the Task.
 */
export class TaskDispatcher {
  private readonly dispatched = new Map<string, SidecarLink>();
  private readonly refusals = new Map<string, Refusal>();
  private readonly aborts = new Map<string, Aborting>();

  constructor(
    private readonly services: ControllerServices,
    private readonly wake: (task: Task) => void,
  ) {}

  refusal({ metadata }: Task): Refusal | undefined {
    return this.refusals.get(metadata.uid);
  }

  aborting({ metadata }: Task): Aborting | undefined {
    return this.aborts.get(metadata.uid);
  }

  /**
   * Opens the Task's session and sends its description, unless this link was given both already. Sending twice is harmless:
   * a sidecar remembers the ids it has taken.
   */
  dispatch(task: Task, link: SidecarLink, assembly: Assembly): void {
    const { uid } = task.metadata;
    if (this.dispatched.get(uid) === link) return;
    this.dispatched.set(uid, link);
    this.hand(task, link, assembly).then(
      refused => {
        if (!refused) return;
        this.refusals.set(uid, refused);
        this.wake(task);
      },
      error => {
        // Not sent, or not known to be: the next reconcile sends it again, over whatever link there is then.
        this.dispatched.delete(uid);
        if (error instanceof RuntimeBusyError) {
          setTimeout(() => this.wake(task), busyRetryMs).unref();
          return;
        }
        if (!(error instanceof LinkClosedError)) {
          this.services.log.warn(
            {
              err: error,
              task: task.metadata.name,
              namespace: task.metadata.namespace,
            },
            'a task was not handed over',
          );
        }
        this.wake(task);
      },
    );
  }

  /** Has the runtime end the Task's work. */
  abort(task: Task, because: AbortReason, nowMs: number): void {
    const sessionId = task.status?.session?.id;
    if (!this.aborts.has(task.metadata.uid)) {
      this.aborts.set(task.metadata.uid, { because, sinceMs: nowMs });
      if (sessionId) this.cancel(sessionId, because);
    }
  }

  /** The Task has ended: its session is closed, and nothing is remembered of it. */
  finish(task: Task, reason: string): void {
    const { uid } = task.metadata;
    this.dispatched.delete(uid);
    this.refusals.delete(uid);
    this.aborts.delete(uid);
    const sessionId = task.status?.session?.id;
    if (sessionId) this.close(sessionId, reason);
  }

  /** The Task is gone: nobody will see its work any more. */
  forget(task: Task): void {
    const sessionId = task.status?.session?.id;
    if (sessionId) this.cancel(sessionId, 'Deleted');
    this.finish(task, 'Deleted');
  }

  private cancel(sessionId: string, reason: string): void {
    try {
      this.services.links.bySession(sessionId)?.cancel(sessionId, reason);
    } catch (error) {
      if (!(error instanceof LinkClosedError)) throw error;
    }
  }

  private close(sessionId: string, reason: string): void {
    const link = this.services.links.bySession(sessionId);
    link?.closeSession(sessionId, reason).catch(error => {
      this.services.log.debug(
        { err: error, sessionId },
        'a session was not closed; its sidecar closes it when it reconnects',
      );
    });
  }

  private async hand(
    task: Task,
    link: SidecarLink,
    assembly: Assembly,
  ): Promise<Refusal | undefined> {
    const opening = await this.opening(task, assembly);
    const opened = await link.openSession(opening);
    if (opened.state === 'failed' && opened.reason === 'RuntimeBusy')
      throw new RuntimeBusyError(opened.message);
    if (opened.state !== 'open') return refusal(opened);
    const accepted = await link.send({
      id: taskInputId(task),
      session_id: opening.session_id,
      kind: 'task',
      text: task.spec.description ?? '',
      actor: { type: 'system', id: 'greenroom-operator' },
    });
    // A session that ended meanwhile tells why itself, in events that are on their way.
    if (accepted.reason === 'SessionEnded') return undefined;
    return accepted.state === 'failed' || accepted.state === 'expired'
      ? refusal(accepted)
      : undefined;
  }

  private async opening(
    task: Task,
    { agent, settings }: Assembly,
  ): Promise<SessionOpening> {
    const { configMaps, clusterUid, keyId } = this.services;
    const { namespace, name, uid } = task.metadata;
    // A pod of the Task's own has them already, from its init containers.
    const items = task.spec.templateRef ? [] : task.spec.contexts ?? [];
    const contexts = await resolveContexts(items, each =>
      configMaps.read(namespace, each),
    );
    return {
      session_id: task.status?.session?.id ?? '',
      kind: 'task',
      name,
      namespace,
      title: taskTitle(task),
      ...(agent.owner ? { owner: agent.owner } : {}),
      interactive: false,
      genesis: {
        cluster_uid: clusterUid,
        agent_uid: agent.uid,
        key_id: keyId,
        policy_digest: policiesDigest(settings.policies),
      },
      task: {
        namespace,
        name,
        uid,
        description: task.spec.description ?? '',
        contexts: contexts as NonNullable<SessionOpening['task']>['contexts'],
      },
    };
  }
}

function refusal({
  reason,
  message,
}: {
  reason?: string;
  message?: string;
}): Refusal {
  return {
    reason: reason ?? 'DispatchFailed',
    message: message ?? 'The runtime did not take the task.',
  };
}
