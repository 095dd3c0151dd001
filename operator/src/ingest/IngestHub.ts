import { EventEmitter } from 'node:events';
import {
  formatTimestamp,
  type DurableSession,
  type JsonValue,
  type OperatorMessageOf,
  type SessionOpening,
  type SidecarMessageOf,
} from '@greenroom/protocol';
import type { Logger } from 'pino';
import type { BudgetLedger } from '../budget/BudgetLedger';
import type { Journal } from '../journal/Journal';
import type { JournalEntry } from '../journal/entryCodec';
import { hasEnded } from '../journal/SessionHead';
import { answerCall } from './answerCall';
import { CallError } from './CallError';
import { SidecarConnection } from './SidecarConnection';
import {
  LinkClosedError,
  type SidecarCalls,
  type SidecarLink,
  type SidecarLinkEvents,
  type SidecarLinks,
  type VerifiedPod,
} from './SidecarLink';
import { closeCodes, type SidecarTransport } from './SidecarTransport';

export interface IngestHubOptions {
  journal: Journal;
  ledger: BudgetLedger;
  log: Logger;
  clusterUid: string;
  /** How often sidecars are pinged; default 15 s, below what load balancers cut. */
  heartbeatMs?: number;
  /** Told why messages were refused, for a metric. */
  onRefused?: (reason: string) => void;
}

const HEARTBEAT_MS = 15_000;

/** All connections of sidecars: who holds which session, and what goes from them to the journal and the controllers. */
export class IngestHub implements SidecarLinks {
  readonly heartbeatMs: number;
  readonly #options: IngestHubOptions;
  readonly #journal: Journal;
  readonly #emitter = new EventEmitter();
  /** By pod uid, in order of connecting. */
  readonly #links = new Map<string, SidecarConnection>();
  readonly #holders = new Map<string, SidecarConnection>();
  /** Sessions that pods are to go on with although their own log has them not, by pod uid. */
  readonly #continued = new Map<string, Set<string>>();
  #calls: SidecarCalls | undefined;

  constructor(options: IngestHubOptions) {
    this.#options = options;
    this.#journal = options.journal;
    this.heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    this.#emitter.setMaxListeners(0);
    options.journal.onEvents(meta => this.emit('session', meta.session_id));
  }

  /** Says who answers calls. Before that nobody is welcome. */
  answerWith(calls: SidecarCalls): void {
    this.#calls = calls;
  }

  /** Begins a connection of a pod that was verified. */
  accept(pod: VerifiedPod, transport: SidecarTransport): SidecarConnection {
    return new SidecarConnection({
      pod,
      transport,
      hub: this,
      epoch: this.#journal.nextEpoch(),
      log: this.#options.log.child({ pod: `${pod.namespace}/${pod.name}` }),
    });
  }

  byPod(podUid: string): SidecarLink | undefined {
    return this.#links.get(podUid);
  }

  byAgent(agent: { namespace: string; name: string }): SidecarLink | undefined {
    let newest: SidecarLink | undefined;
    for (const link of this.#links.values()) {
      const { pod } = link;
      const isLive = pod.sessionId === undefined;
      if (
        isLive &&
        pod.namespace === agent.namespace &&
        pod.agent === agent.name
      ) {
        newest = link;
      }
    }
    return newest;
  }

  bySession(sessionId: string): SidecarLink | undefined {
    const holder = this.#holders.get(sessionId);
    if (holder) return holder;
    for (const link of this.#links.values()) {
      if (link.pod.sessionId === sessionId) return link;
    }
    return undefined;
  }

  all(): Iterable<SidecarLink> {
    return this.#links.values();
  }

  on<Name extends keyof SidecarLinkEvents>(
    name: Name,
    listener: (...args: SidecarLinkEvents[Name]) => void,
  ): () => void {
    this.#emitter.on(name, listener as (...args: unknown[]) => void);
    return () =>
      this.#emitter.off(name, listener as (...args: unknown[]) => void);
  }

  emit<Name extends keyof SidecarLinkEvents>(
    name: Name,
    ...args: SidecarLinkEvents[Name]
  ): void {
    this.#emitter.emit(name, ...args);
  }

  /** Tells all sidecars to come back later and closes their connections. */
  stop(): void {
    for (const link of [...this.#links.values()]) {
      link.drain();
      link.close(closeCodes.goingAway, 'the operator is stopping');
    }
  }

  /** What a sidecar is greeted with. Fences its sessions, durably, before it may write. */
  async welcome(
    link: SidecarConnection,
    hello: SidecarMessageOf<'hello'>,
  ): Promise<OperatorMessageOf<'welcome'>> {
    const settings = await this.#answers().settings(link.pod);
    const sessions: DurableSession[] = [];
    for (const sessionId of this.#sessionsOf(link, hello)) {
      const session = await this.#resume(link, sessionId);
      if (!session) continue;
      sessions.push(session);
      link.aligned.add(sessionId);
    }
    return {
      type: 'welcome',
      epoch_base: link.epoch,
      heartbeat_ms: this.heartbeatMs,
      server_time: formatTimestamp(Date.now()),
      cluster_uid: this.#options.clusterUid,
      settings,
      sessions,
    };
  }

  /** The connection is welcome from now on; an older one of the same pod ends. */
  opened(link: SidecarConnection): void {
    this.#continued.delete(link.pod.uid);
    const older = this.#links.get(link.pod.uid);
    this.#links.delete(link.pod.uid);
    this.#links.set(link.pod.uid, link);
    older?.fence('a newer connection of the same pod took over');
    this.emit('connected', link);
  }

  disconnected(link: SidecarConnection): void {
    for (const sessionId of [...link.sessions]) this.release(link, sessionId);
    if (this.#links.get(link.pod.uid) !== link) return;
    this.#links.delete(link.pod.uid);
    this.emit('disconnected', link);
  }

  /** A session that the link is about to open is recorded, and only this link may write it. */
  async claimNewSession(
    link: SidecarConnection,
    opening: SessionOpening,
  ): Promise<void> {
    const { session_id: sessionId, kind, namespace, name, genesis } = opening;
    requireOwn(link, sessionId);
    const head = this.#journal.head(sessionId);
    if (head && head.seq > 0 && !link.aligned.has(sessionId)) {
      this.#continueLater(link, sessionId);
    }
    await this.#journal.create({
      session_id: sessionId,
      kind,
      namespace,
      name,
      agent: { namespace: link.pod.namespace, name: link.pod.agent },
      genesis,
      created_at: formatTimestamp(Date.now()),
    });
    if (this.#holders.get(sessionId) !== link) {
      await this.#hold(link, sessionId);
    }
    link.aligned.add(sessionId);
  }

  /** The sidecar has the session open no longer. */
  release(link: SidecarConnection, sessionId: string): void {
    link.sessions.delete(sessionId);
    if (this.#holders.get(sessionId) === link) this.#holders.delete(sessionId);
  }

  append(sessionId: string, entries: readonly JournalEntry[]): Promise<void> {
    return this.#journal.append(sessionId, entries);
  }

  refused(reason: string): void {
    this.#options.onRefused?.(reason);
  }

  call(
    link: SidecarConnection,
    message: SidecarMessageOf<'call'>,
  ): Promise<JsonValue> {
    return answerCall(link, message, this.#answers(), this.#options.ledger);
  }

  /** Sessions that the sidecar has, that its pod was made for, and that it is to go on with. */
  #sessionsOf(
    { pod }: SidecarConnection,
    hello: SidecarMessageOf<'hello'>,
  ): Set<string> {
    const ids = new Set(hello.sessions.map(({ session_id: id }) => id));
    if (pod.sessionId) ids.add(pod.sessionId);
    for (const id of this.#continued.get(pod.uid) ?? []) ids.add(id);
    return ids;
  }

  /**
   * A session has entries that this sidecar has never seen (its pod's volume is new): only a welcome says where the chain goes on.
   * Always throws, so that whoever asked asks again when the sidecar is back.
   */
  #continueLater(link: SidecarConnection, sessionId: string): never {
    const { uid, name } = link.pod;
    const continued = this.#continued.get(uid) ?? new Set();
    this.#continued.set(uid, continued.add(sessionId));
    const reason = `session ${sessionId} goes on in pod ${name}; connect anew`;
    link.close(closeCodes.tryAgain, reason);
    throw new LinkClosedError(`The sidecar was told: ${reason}.`);
  }

  /** Lets a sidecar go on with a session of its log, if it is its agent's and the journal knows it. */
  async #resume(
    link: SidecarConnection,
    sessionId: string,
  ): Promise<DurableSession | undefined> {
    requireOwn(link, sessionId);
    const head = this.#journal.head(sessionId);
    if (!head) return undefined;
    const { agent } = head.meta;
    const isItsOwn =
      agent.namespace === link.pod.namespace && agent.name === link.pod.agent;
    if (!isItsOwn) {
      throw new CallError(
        'Forbidden',
        `session ${sessionId} belongs to agent ${agent.namespace}/${agent.name}`,
      );
    }
    if (!hasEnded(head)) await this.#hold(link, sessionId);
    const now = this.#journal.head(sessionId)!;
    return {
      session_id: sessionId,
      epoch: now.fence?.epoch ?? 0,
      seq: now.seq,
      hash: now.hash.toString('hex'),
    };
  }

  async #hold(link: SidecarConnection, sessionId: string): Promise<void> {
    const before = this.#holders.get(sessionId);
    this.#holders.set(sessionId, link);
    link.sessions.add(sessionId);
    if (before && before !== link) {
      before.sessions.delete(sessionId);
      before.fence(`session ${sessionId} was taken over by another connection`);
    }
    const { uid, name } = link.pod;
    await this.#journal.fence(sessionId, {
      epoch: link.epoch,
      pod_uid: uid,
      pod_name: name,
      at: formatTimestamp(Date.now()),
    });
  }

  #answers(): SidecarCalls {
    if (this.#calls) return this.#calls;
    throw new CallError('Unavailable', 'the operator is starting; try again');
  }
}

/** A pod that was made for one session has no business with another. */
function requireOwn({ pod }: SidecarConnection, sessionId: string): void {
  if (pod.sessionId === undefined || pod.sessionId === sessionId) return;
  throw new CallError(
    'Forbidden',
    `pod ${pod.name} was made for session ${pod.sessionId}, not for ${sessionId}`,
  );
}
