import {
  done,
  Job,
  PersistentVolumeClaim,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { Session, type ResolvedAgent } from '@greenroom/kinds';
import { v7 as newSessionId } from 'uuid';
import type { Assembly } from '../../assembly/AgentAssembler';
import { indexes } from '../../cluster/ClusterView';
import { persistentClaim } from '../../pods/agentClaims';
import { agentLabels } from '../../pods/podMetadata';
import type { ControllerServices } from '../ControllerServices';
import { ensureSessionJob } from '../jobs/ensureSessionJob';
import { readSessionPod } from '../jobs/readSessionPod';
import { isMessageEnded } from '../message/decideMessage';
import {
  decideSession,
  hasEnded,
  type SessionAgent,
  type SessionDecision,
  type SessionPod,
  type SessionSnapshot,
} from './decideSession';
import { availabilityOf } from './sessionAgent';
import type { SessionChannel } from './SessionChannel';
import { sessionStatus, titleOf } from './sessionStatus';

interface Findings {
  readonly snapshot: SessionSnapshot;
  readonly assembly?: Assembly;
}

/** Brings each Session through its life: its pod, its first message, its limits, its end. */
export class SessionReconciler implements Reconciler {
  private readonly closing = new Map<string, number>();

  constructor(
    private readonly services: ControllerServices,
    private readonly channel: SessionChannel,
    private readonly wake: (session: Session) => void,
  ) {}

  async reconcile({
    namespace = '',
    name,
  }: ObjectKey): Promise<ReconcileResult> {
    const session = this.services.view.sessions.get({ namespace, name });
    if (!session || session.metadata.deletionTimestamp) return done;
    if (hasEnded(session)) return await this.retain(session);
    const findings = await this.findings(session);
    const decision = decideSession(findings.snapshot);
    return await this.carryOut(session, decision, findings);
  }

  /** The Session object is gone: its work ends. */
  forget(session: Session): void {
    const id = session.status?.session?.id;
    this.closing.delete(session.metadata.uid);
    if (!id || hasEnded(session)) return;
    this.channel.cancel(id, 'Deleted');
    this.channel.close(id, 'Deleted');
    this.channel.forget(id, promptId(session));
  }

  private async carryOut(
    session: Session,
    decision: SessionDecision,
    findings: Findings,
  ): Promise<ReconcileResult> {
    const { nowMs } = findings.snapshot;
    switch (decision.act) {
      case 'await':
        await this.write(session, decision);
        return after(decision.untilMs, nowMs);
      case 'wait':
        await this.write(session, decision);
        return done;
      case 'start': {
        await this.write(session, decision, newSessionId());
        const started = this.services.view.sessions.get(session.metadata);
        if (started) await this.open(started, findings);
        return { requeueAfter: 60_000 };
      }
      case 'open':
        await this.open(session, findings);
        await this.write(session, decision);
        return decision.untilMs === undefined
          ? done
          : after(decision.untilMs, nowMs);
      case 'follow':
        await this.open(session, findings);
        await this.write(session, decision);
        return decision.untilMs === undefined
          ? done
          : after(decision.untilMs, nowMs);
      case 'rest':
        await this.rest(session);
        await this.write(session, decision);
        return done;
      case 'close':
        this.close(session, decision.reason, nowMs);
        return after(decision.untilMs, nowMs);
      case 'settle':
        await this.settle(session, decision);
        return done;
      default:
        return done;
    }
  }

  /** Gives the session its pod, opens it there, and sends its first message; whatever is done already is left. */
  private async open(session: Session, { assembly }: Findings): Promise<void> {
    const id = session.status?.session?.id;
    if (!assembly || !id) return;
    if (session.spec.placement === 'Dedicated')
      await this.ensureJob(session, id, assembly);
    const { links, pods } = this.services;
    const link =
      session.spec.placement === 'Dedicated'
        ? links.bySession(id)
        : pods.link(
            session.metadata.namespace,
            session.spec.agentRef?.name ?? '',
          );
    if (!link) return;
    const { namespace, name, uid } = session.metadata;
    const opening = this.channel.opening(assembly, {
      session_id: id,
      kind: 'session',
      name,
      namespace,
      title: titleOf(session),
      ...(session.spec.owner ? { owner: session.spec.owner } : {}),
      interactive: session.spec.interactive,
      ...(session.spec.overrides ? { overrides: session.spec.overrides } : {}),
    });
    const input = session.spec.prompt
      ? {
          id: promptId(session),
          text: session.spec.prompt,
          actor: {
            type: 'user' as const,
            id: session.spec.owner ?? `session/${uid}`,
          },
        }
      : undefined;
    void this.channel.send(link, opening, input, () => this.wake(session));
  }

  private async ensureJob(
    session: Session,
    id: string,
    assembly: Assembly,
  ): Promise<void> {
    const { assembler, objects } = this.services;
    const { metadata, spec } = session;
    const persists = spec.workspace?.persist === true;
    const plan = assembler.podPlan(assembly, jobName(id), {
      kind: 'session',
      sessionId: id,
      owner: { kind: 'Session', name: metadata.name, uid: metadata.uid },
      ...(persists ? { workspaceClaim: jobName(id) } : {}),
    });
    if (persists) {
      await objects.ensure(
        PersistentVolumeClaim,
        persistentClaim(session, {
          name: jobName(id),
          namespace: metadata.namespace,
          labels: agentLabels(plan),
          size: String(spec.workspace?.size ?? '10Gi'),
        }),
      );
    }
    await ensureSessionJob(this.services, plan, session);
  }

  /** Put aside: a pod of its own is given back, if the workspace outlives it. */
  private async rest(session: Session): Promise<void> {
    const id = session.status?.session?.id;
    if (
      session.spec.placement !== 'Dedicated' ||
      !session.spec.workspace?.persist ||
      !id
    )
      return;
    await this.services.objects.remove(
      Job,
      { namespace: session.metadata.namespace, name: jobName(id) },
      session.metadata.uid,
    );
    this.channel.forget(id, promptId(session));
  }

  private close(session: Session, reason: string, nowMs: number): void {
    const id = session.status?.session?.id;
    if (!id || this.closing.has(session.metadata.uid)) return;
    this.closing.set(session.metadata.uid, nowMs);
    if (reason !== 'Completed') this.channel.cancel(id, reason);
    this.channel.close(id, reason);
  }

  private async settle(
    session: Session,
    decision: Extract<SessionDecision, { act: 'settle' }>,
  ): Promise<void> {
    const { events, objects } = this.services;
    const id = session.status?.session?.id;
    await this.write(session, decision);
    this.closing.delete(session.metadata.uid);
    if (id) {
      this.channel.forget(id, promptId(session));
      this.channel.close(id, decision.reason);
      // Its pod has nothing left to do; the record is in the journal.
      await objects.remove(
        Job,
        { namespace: session.metadata.namespace, name: jobName(id) },
        session.metadata.uid,
      );
    }
    events.event(session, {
      type: decision.phase === 'Failed' ? 'Warning' : 'Normal',
      reason: decision.phase,
      action: 'Settle',
      note: decision.message,
    });
  }

  private async retain(session: Session): Promise<ReconcileResult> {
    const { client, view, now } = this.services;
    const ttlSeconds = view.config?.spec.cleanup?.ttlSecondsAfterFinished;
    if (ttlSeconds === undefined || !session.status?.completionTime)
      return done;
    const untilMs =
      Date.parse(session.status.completionTime) + ttlSeconds * 1000;
    if (untilMs > now().getTime()) return after(untilMs, now().getTime());
    await client.delete(Session, session.metadata, {
      preconditions: { uid: session.metadata.uid },
    });
    return done;
  }

  private async write(
    session: Session,
    decision: SessionDecision,
    sessionId?: string,
  ): Promise<void> {
    const { statuses, sessions, now, pods } = this.services;
    const id = session.status?.session?.id;
    const dedicated =
      session.spec.placement === 'Dedicated' && id !== undefined;
    const pod = dedicated
      ? pods.ofJob(session.metadata.namespace, 'session', jobName(id))
      : undefined;
    const status = sessionStatus(decision, {
      session,
      state: id ? sessions.get(id) : undefined,
      now: now(),
      ...(sessionId ? { sessionId } : {}),
      ...(dedicated ? { jobName: jobName(id) } : {}),
      ...(pod?.metadata.name ? { podName: pod.metadata.name } : {}),
    });
    await statuses.write(Session, session, status, {
      onlyIfUnchanged: sessionId !== undefined,
    });
  }

  private async findings(session: Session): Promise<Findings> {
    const { view, assembler, sessions, now } = this.services;
    const { namespace, name, uid } = session.metadata;
    const { agentRef, templateRef } = session.spec;
    const resolution = agentRef
      ? view.resolveAgent(namespace, agentRef.name)
      : view.resolveTemplate(namespace, templateRef?.name ?? '');
    const id = session.status?.session?.id;
    const assembly =
      'resolved' in resolution
        ? await assembler.assemble(resolution.resolved)
        : undefined;
    const refused = id
      ? this.channel.refusal(id) ?? this.channel.refusal(promptId(session))
      : undefined;
    const closingSinceMs = this.closing.get(uid);
    const snapshot: SessionSnapshot = {
      session,
      agent: assembly
        ? this.agent(session, assembly.agent, assembly)
        : {
            state: 'Missing',
            reason: agentRef ? 'AgentNotFound' : 'TemplateNotFound',
            message: 'missing' in resolution ? resolution.missing.message : '',
          },
      pod: this.pod(session, id),
      state: id ? sessions.get(id) : undefined,
      waitingMessages: view.messages
        .byIndex(indexes.bySessionObject, `${namespace}/${name}`)
        .filter(message => !isMessageEnded(message)).length,
      ...(refused ? { refused } : {}),
      ...(closingSinceMs === undefined ? {} : { closingSinceMs }),
      nowMs: now().getTime(),
    };
    return { snapshot, ...(assembly ? { assembly } : {}) };
  }

  private agent(
    { spec }: Session,
    resolved: ResolvedAgent,
    { problems }: Assembly,
  ): SessionAgent {
    if (spec.resumeFrom || spec.forkFrom) {
      return {
        state: 'Invalid',
        reason: 'NotSupported',
        message:
          'No runtime of this release can resume or fork sessions. Begin a new one, and hand over what it needs as contexts.',
      };
    }
    const [problem] = problems;
    if (problem) {
      return problem.reason === 'ConfigMapNotFound'
        ? { state: 'Missing', ...problem }
        : { state: 'Invalid', ...problem };
    }
    return spec.placement === 'Dedicated'
      ? { state: 'Ready' }
      : availabilityOf(this.services, resolved);
  }

  private pod(session: Session, id: string | undefined): SessionPod {
    const { links, pods } = this.services;
    const { namespace } = session.metadata;
    if (!id) return { state: 'None' };
    if (session.spec.placement === 'Shared') {
      return pods.link(namespace, session.spec.agentRef?.name ?? '')
        ? { state: 'Connected' }
        : { state: 'None' };
    }
    const resting = session.status?.phase === 'Suspended';
    const persists = session.spec.workspace?.persist === true;
    const known = resting || persists ? undefined : session.status?.podName;
    const link = links.bySession(id);
    if (link && (!known || link.pod.name === known))
      return { state: 'Connected' };
    const pod = readSessionPod(this.services, {
      namespace,
      component: 'session',
      name: jobName(id),
      ...(known ? { known } : {}),
    });
    if (pod.state === 'Lost')
      return { state: 'Lost', reason: pod.reason, message: pod.message };
    return {
      state: 'Starting',
      ...(pod.trouble ? { trouble: pod.trouble } : {}),
    };
  }
}

/** From the whole id: two sessions whose ids begin alike never meet. */
export function jobName(sessionId: string): string {
  return `session-${sessionId}`;
}

/** Id of the input by which a Session's first message reaches its agent. */
export function promptId({ metadata }: Session): string {
  return `session-${metadata.uid}`;
}

function after(atMs: number, nowMs: number): ReconcileResult {
  return { requeueAfter: Math.max(1, atMs - nowMs) };
}
