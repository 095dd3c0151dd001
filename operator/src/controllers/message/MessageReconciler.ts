import {
  done,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import {
  Message,
  MessageChunk,
  parseDuration,
  type Session,
} from '@greenroom/kinds';
import type { SessionOpening, SessionState } from '@greenroom/protocol';
import { isEnded } from '@greenroom/protocol';
import { v7 as newSessionId } from 'uuid';
import type { Assembly } from '../../assembly/AgentAssembler';
import { indexes } from '../../cluster/ClusterView';
import type { ControllerServices } from '../ControllerServices';
import { hasEnded } from '../session/decideSession';
import { availabilityOf } from '../session/sessionAgent';
import type { SessionChannel } from '../session/SessionChannel';
import { promptId } from '../session/SessionReconciler';
import { titleOf } from '../session/sessionStatus';
import type { ChunkWriter } from './ChunkWriter';
import {
  decideMessage,
  isMessageEnded,
  type MessageDecision,
  type MessageSnapshot,
  type MessageTarget,
  type MessageWork,
} from './decideMessage';
import { messageStatus } from './messageStatus';
import { messageText } from './messageText';

interface Findings {
  readonly snapshot: MessageSnapshot;
  readonly assembly?: Assembly;
  readonly session?: Session;
  /** The session's state, while its turn is the one of this Message. */
  readonly state?: SessionState;
}

const behindAnother: MessageDecision = {
  act: 'wait',
  reason: 'Busy',
  message: 'The session answers an earlier message first.',
};

/** Brings each Message to its agent once, and the answer back. */
export class MessageReconciler implements Reconciler {
  private readonly cancelling = new Map<string, number>();
  /** Uids of the messages that sessions are busy with, before their statuses say so; by `<namespace>/<session>`. */
  private readonly claims = new Map<string, string>();

  constructor(
    private readonly services: ControllerServices,
    private readonly channel: SessionChannel,
    private readonly chunks: ChunkWriter,
    private readonly wake: (message: Message) => void,
  ) {}

  async reconcile({
    namespace = '',
    name,
  }: ObjectKey): Promise<ReconcileResult> {
    const message = this.services.view.messages.get({ namespace, name });
    if (!message || message.metadata.deletionTimestamp) return done;
    if (isMessageEnded(message)) return await this.retain(message);
    const findings = await this.findings(message);
    const decision = decideMessage(findings.snapshot);
    // Nothing is awaited up to here: two messages must not find the same session free.
    if (decision.act === 'deliver' && !this.claim(message)) {
      return await this.carryOut(message, behindAnother, findings);
    }
    return await this.carryOut(message, decision, findings);
  }

  /** Takes the message's session for it alone until it is answered. Messages to an agent have one each. */
  private claim({ metadata, spec }: Message): boolean {
    if (!spec.sessionRef) return true;
    const session = `${metadata.namespace}/${spec.sessionRef.name}`;
    const holder = this.claims.get(session);
    if (holder !== undefined && holder !== metadata.uid) return false;
    this.claims.set(session, metadata.uid);
    return true;
  }

  private release({ metadata, spec }: Message): void {
    const session = `${metadata.namespace}/${spec.sessionRef?.name}`;
    if (this.claims.get(session) === metadata.uid) this.claims.delete(session);
  }

  /** The Message is gone: its work ends. */
  forget(message: Message): void {
    this.cancelling.delete(message.metadata.uid);
    this.release(message);
    void this.chunks.finish(message);
    const id = message.status?.sessionID;
    if (!id || isMessageEnded(message)) return;
    this.channel.cancel(id, 'Deleted');
    if (message.spec.agentRef) this.channel.close(id, 'Deleted');
    this.channel.forget(inputId(message));
  }

  private async carryOut(
    message: Message,
    decision: MessageDecision,
    findings: Findings,
  ): Promise<ReconcileResult> {
    const { nowMs } = findings.snapshot;
    switch (decision.act) {
      case 'await':
        await this.write(message, decision, findings);
        return after(decision.untilMs, nowMs);
      case 'wait':
        await this.write(message, decision, findings);
        return done;
      case 'deliver':
        return await this.deliver(message, decision, findings);
      case 'resume':
        await this.send(message, findings);
        return done;
      case 'run':
        await this.write(message, decision, findings);
        await this.send(message, findings);
        return decision.untilMs === undefined
          ? done
          : after(decision.untilMs, nowMs);
      case 'cancel':
        if (!this.cancelling.has(message.metadata.uid)) {
          this.cancelling.set(message.metadata.uid, nowMs);
          this.channel.cancel(message.status?.sessionID ?? '', decision.reason);
        }
        return after(decision.untilMs, nowMs);
      case 'settle':
        await this.settle(message, decision, findings);
        return await this.retain(
          this.services.view.messages.get(message.metadata) ?? message,
        );
      default:
        return done;
    }
  }

  /** The session's id is written down before anything is sent: what was sent is found again after a restart. */
  private async deliver(
    message: Message,
    decision: MessageDecision,
    findings: Findings,
  ): Promise<ReconcileResult> {
    const sessionId = findings.session?.status?.session?.id ?? newSessionId();
    try {
      await this.write(message, decision, findings, sessionId);
    } catch (error) {
      this.release(message);
      throw error;
    }
    const written = this.services.view.messages.get(message.metadata);
    if (written?.status?.sessionID) await this.send(written, findings);
    return done;
  }

  private async send(
    message: Message,
    { assembly, session }: Findings,
  ): Promise<void> {
    const { links, pods } = this.services;
    const sessionId = message.status?.sessionID;
    if (!assembly || !sessionId) return;
    const { namespace } = message.metadata;
    const link =
      links.bySession(sessionId) ??
      (message.spec.agentRef
        ? pods.link(namespace, message.spec.agentRef.name)
        : undefined);
    if (!link) return;
    this.chunks.begin(message, sessionId);
    const text = await messageText(message, name =>
      this.services.configMaps.read(namespace, name),
    );
    const actor = {
      type: 'user' as const,
      id:
        message.spec.sender ?? `message/${namespace}/${message.metadata.name}`,
    };
    void this.channel.send(
      link,
      this.opening(message, assembly, sessionId, session),
      { id: inputId(message), text, actor },
      () => this.wake(message),
    );
  }

  private opening(
    message: Message,
    assembly: Assembly,
    sessionId: string,
    session?: Session,
  ): SessionOpening {
    const { namespace, name } = message.metadata;
    if (session) {
      const { spec, metadata } = session;
      return this.channel.opening(assembly, {
        session_id: sessionId,
        kind: 'session',
        name: metadata.name,
        namespace,
        title: titleOf(session),
        ...(spec.owner ? { owner: spec.owner } : {}),
        interactive: spec.interactive,
        ...(spec.overrides ? { overrides: spec.overrides } : {}),
      });
    }
    return this.channel.opening(assembly, {
      session_id: sessionId,
      kind: 'agent',
      name,
      namespace,
      title: message.spec.text.split('\n')[0].slice(0, 120),
      ...(message.spec.sender ? { owner: message.spec.sender } : {}),
      interactive: false,
      ...(message.spec.overrides ? { overrides: message.spec.overrides } : {}),
    });
  }

  private async settle(
    message: Message,
    decision: Extract<MessageDecision, { act: 'settle' }>,
    findings: Findings,
  ): Promise<void> {
    await this.chunks.finish(message);
    this.release(message);
    await this.write(message, decision, findings);
    this.chunks.forget(message);
    this.cancelling.delete(message.metadata.uid);
    const id = message.status?.sessionID;
    if (id && message.spec.agentRef) this.channel.close(id, decision.phase);
    this.channel.forget(
      inputId(message),
      ...(message.spec.agentRef && id ? [id] : []),
    );
    if (decision.phase !== 'Completed') {
      this.services.events.event(message, {
        type: 'Warning',
        reason: decision.phase,
        action: 'Settle',
        note: decision.message,
      });
    }
  }

  /** MessageChunks go some time after the answer, the Message as the cluster's settings say. */
  private async retain(message: Message): Promise<ReconcileResult> {
    const { client, view, now } = this.services;
    const completedMs = Date.parse(message.status?.completionTime ?? '');
    const cleanup = view.config?.spec.cleanup;
    if (!isMessageEnded(message) || Number.isNaN(completedMs)) return done;
    const nowMs = now().getTime();
    const ttlSeconds = cleanup?.ttlSecondsAfterFinished;
    const removeAt =
      ttlSeconds === undefined ? undefined : completedMs + ttlSeconds * 1000;
    if (removeAt !== undefined && removeAt <= nowMs) {
      await client.delete(Message, message.metadata, {
        preconditions: { uid: message.metadata.uid },
      });
      return done;
    }
    const chunks = view.chunks
      .list(message.metadata.namespace)
      .filter(({ spec }) => spec.messageRef.name === message.metadata.name);
    const chunksAt =
      chunks.length > 0
        ? completedMs + parseDuration(cleanup?.chunkTTL ?? '1h')
        : undefined;
    if (chunksAt !== undefined && chunksAt <= nowMs) {
      for (const chunk of chunks)
        await client.delete(MessageChunk, chunk.metadata);
    }
    const next = [
      removeAt,
      chunksAt !== undefined && chunksAt > nowMs ? chunksAt : undefined,
    ].filter((time): time is number => time !== undefined);
    return next.length > 0 ? after(Math.min(...next), nowMs) : done;
  }

  private async write(
    message: Message,
    decision: MessageDecision,
    { state }: Findings,
    sessionId?: string,
  ): Promise<void> {
    const { statuses, now } = this.services;
    const status = messageStatus(decision, {
      message,
      now: now(),
      chunks: this.chunks.count(message),
      ...(state ? { state } : {}),
      ...(sessionId ? { sessionId } : {}),
    });
    await statuses.write(Message, message, status, {
      onlyIfUnchanged: sessionId !== undefined,
    });
  }

  private async findings(message: Message): Promise<Findings> {
    const { view, assembler, sessions, now } = this.services;
    const { namespace, uid } = message.metadata;
    const session =
      message.spec.sessionRef &&
      view.sessions.get({ namespace, name: message.spec.sessionRef.name });
    const agentName =
      message.spec.agentRef?.name ?? session?.spec.agentRef?.name;
    const templateName = session?.spec.templateRef?.name;
    const resolution = agentName
      ? view.resolveAgent(namespace, agentName)
      : view.resolveTemplate(namespace, templateName ?? '');
    const assembly =
      'resolved' in resolution
        ? await assembler.assemble(resolution.resolved)
        : undefined;
    const sessionId = message.status?.sessionID;
    const known = sessionId ? sessions.get(sessionId) : undefined;
    const state = known?.turn?.inputId === inputId(message) ? known : undefined;
    const cancellingSinceMs = this.cancelling.get(uid);
    const snapshot: MessageSnapshot = {
      message,
      target: message.spec.sessionRef
        ? this.sessionTarget(message, session)
        : this.agentTarget(message, agentName ?? '', assembly),
      work: this.work(message, state, known),
      ...(cancellingSinceMs === undefined ? {} : { cancellingSinceMs }),
      nowMs: now().getTime(),
    };
    return {
      snapshot,
      ...(assembly ? { assembly } : {}),
      ...(session ? { session } : {}),
      ...(state ? { state } : {}),
    };
  }

  private work(
    message: Message,
    state: SessionState | undefined,
    known: SessionState | undefined,
  ): MessageWork {
    const sessionId = message.status?.sessionID;
    if (!sessionId) return { state: 'NotSent' };
    if (state?.turn) {
      const { outcome, startedAt, error } = state.turn;
      if (outcome !== 'running') return { state: 'Ended', outcome, ...error };
      if (!isEnded(state))
        return { state: 'Working', startedAtMs: Date.parse(startedAt) };
    }
    if (known && isEnded(known)) {
      return known.phase === 'Cancelled' || known.phase === 'Expired'
        ? { state: 'Ended', outcome: 'cancelled', reason: 'Cancelled' }
        : {
            state: 'Ended',
            outcome: 'failed',
            reason: known.error?.reason ?? 'SessionEnded',
            message: known.error?.message ?? 'The session ended first.',
          };
    }
    const refusal = this.channel.refusal(inputId(message));
    if (refusal) return { state: 'Refused', ...refusal };
    return this.lost(message, known) ?? { state: 'Sent' };
  }

  /** The pod that had the session is gone, and another one took its place. */
  private lost(
    message: Message,
    known: SessionState | undefined,
  ): MessageWork | undefined {
    const { pods, links } = this.services;
    const agent = message.spec.agentRef?.name;
    if (!agent || !known || links.bySession(message.status?.sessionID ?? ''))
      return undefined;
    const link = pods.link(message.metadata.namespace, agent);
    const pod = pods.ofAgent(message.metadata.namespace, agent);
    const isGone = link
      ? !link.sessions.has(message.status?.sessionID ?? '')
      : !pod;
    return isGone && known.turn
      ? {
          state: 'Lost',
          reason: 'PodLost',
          message:
            'The pod vanished in the middle of the answer. Send the message again.',
        }
      : undefined;
  }

  private agentTarget(
    message: Message,
    agent: string,
    assembly: Assembly | undefined,
  ): MessageTarget {
    const { view, pods, board } = this.services;
    const { namespace } = message.metadata;
    if (!assembly) {
      return {
        state: 'AgentNotFound',
        message: `Agent "${agent}" does not exist in namespace "${namespace}", or its template does not. Create it, or send the message to another.`,
      };
    }
    const availability = availabilityOf(this.services, assembly.agent);
    if (availability.state !== 'Ready') {
      const state = {
        Suspended: 'AgentSuspended',
        NotReady: 'AgentNotReady',
        BudgetExhausted: 'BudgetExhausted',
      } as const;
      return {
        state: state[availability.state],
        message: availability.message,
      };
    }
    const key = `${namespace}/${agent}`;
    const busy = view.messages
      .byIndex(indexes.byAgent, key)
      .filter(
        other =>
          other.metadata.uid !== message.metadata.uid &&
          !isMessageEnded(other) &&
          other.status?.sessionID,
      ).length;
    const single =
      pods.link(namespace, agent)?.runtime.capabilities.multiSession === false;
    const most = single ? 1 : assembly.agent.maxConcurrentTasks;
    const taken = single ? busy + board.counts(key).active : busy;
    if (taken >= most) {
      return {
        state: 'AtCapacity',
        message: `The agent answers ${taken} others at the moment, which is as many as it may.`,
      };
    }
    return { state: 'Ready' };
  }

  private sessionTarget(
    message: Message,
    session: Session | undefined,
  ): MessageTarget {
    const { view, sessions, links } = this.services;
    const { namespace, name } = message.metadata;
    const ref = message.spec.sessionRef?.name ?? '';
    if (!session) {
      return {
        state: 'SessionNotFound',
        message: `Session "${ref}" does not exist in namespace "${namespace}". Create it, or send the message to another.`,
      };
    }
    if (hasEnded(session)) {
      return {
        state: 'SessionEnded',
        message: `Session "${ref}" is over (${session.status?.phase}). Make a new one.`,
      };
    }
    const id = session.status?.session?.id;
    const state = id ? sessions.get(id) : undefined;
    if (!id || !state || !links.bySession(id)) {
      return {
        state: 'AgentNotReady',
        message: `Session "${ref}" is not open yet.`,
      };
    }
    const promptWaits =
      session.spec.prompt !== undefined &&
      state.turn === undefined &&
      promptId(session) !== '';
    const isFirst = view.messages
      .byIndex(indexes.bySessionObject, `${namespace}/${ref}`)
      .filter(other => !isMessageEnded(other))
      .every(other => other.metadata.name === name || isBefore(message, other));
    if (state.turn?.outcome === 'running' || promptWaits || !isFirst) {
      return {
        state: 'Busy',
        message: 'The session answers an earlier message first.',
      };
    }
    return { state: 'Ready' };
  }
}

/** Id of the input by which a Message reaches its agent: the same however often it is sent. */
export function inputId({ metadata }: Message): string {
  return `message-${metadata.uid}`;
}

/** By age, then by name: creation times have a precision of one second. */
function isBefore(a: Message, b: Message): boolean {
  const rank = ({ metadata }: Message) =>
    `${metadata.creationTimestamp}/${metadata.name}`;
  // One that was sent already goes first, however young.
  if (b.status?.sessionID && !a.status?.sessionID) return false;
  return rank(a) < rank(b);
}

function after(atMs: number, nowMs: number): ReconcileResult {
  return { requeueAfter: Math.max(1, atMs - nowMs) };
}
