import type {
  DurableSession,
  OperatorMessage,
  OperatorMessageOf,
  SidecarMessage,
} from '@greenroom/protocol';
import type { Approvals } from '../approvals/Approvals';
import type { SidecarConfig } from '../config/SidecarConfig';
import type { HeldSession } from '../log/HeldSession';
import type { SessionLog } from '../log/SessionLog';
import type { RuntimeReader } from '../runtime/RuntimeReader';
import type { Sessions } from '../sessions/Sessions';
import type { SettingsStore } from '../settings/SettingsStore';
import { IngestClient, type IngestListener } from './IngestClient';
import { OperatorCalls } from './OperatorCalls';
import { Outbox } from './Outbox';

/** What the link tells and asks; set once everything exists. */
export interface OperatorLinkParts {
  sessions: Sessions;
  approvals: Approvals;
  runtime: RuntimeReader;
}

/** What the link works with from the beginning. */
export interface OperatorLinkOptions {
  config: SidecarConfig;
  log: SessionLog;
  settings: SettingsStore;
  info(fact: Record<string, unknown>, message: string): void;
  warn(fact: Record<string, unknown>, message: string): void;
  /** This process may not go on: another one has its sessions, or its log cannot be written. */
  onFatal(message: string): void;
}

/** Bytes in the socket above which entries wait in the log. */
const LARGEST_SOCKET_BACKLOG_BYTES = 1024 * 1024;
const SOCKET_RETRY_MS = 20;

/** What passes between this sidecar and the operator: entries out and their acknowledgements back, commands in, answers out. */
export class OperatorLink implements IngestListener {
  readonly calls: OperatorCalls;
  private readonly client: IngestClient;
  private readonly outbox = new Outbox();
  private parts: OperatorLinkParts | undefined;
  private hasBeenWelcome = false;
  private isPumping = false;
  private tell: (() => void)[] = [];
  private readonly onWelcomes: (() => void)[] = [];
  private welcomeWaiters: (() => void)[] = [];
  /** Sessions of which the journal knows more than this sidecar's log: the log was lost. */
  private readonly journal = new Map<string, DurableSession>();

  constructor(private readonly options: OperatorLinkOptions) {
    const { ingestUrl: url, tokenFile, caFile } = options.config;
    this.client = new IngestClient({ url, tokenFile, caFile, listener: this });
    this.calls = new OperatorCalls(message => this.client.send(message));
    for (const session of options.log.state.sessions.values())
      this.outbox.durable(session, session.seq);
  }

  get isConnected(): boolean {
    return this.client.isConnected;
  }

  get bufferedBytes(): number {
    return this.client.bufferedBytes;
  }

  /** Begins; until the signal aborts. */
  run(parts: OperatorLinkParts, signal: AbortSignal): Promise<void> {
    this.parts = parts;
    return this.client.run(signal);
  }

  /** @returns whether the message is on its way; what must not be lost is sent again after a reconnect */
  send(message: SidecarMessage): boolean {
    return this.client.send(message);
  }

  /** Where the journal stands with a session that this sidecar does not have. */
  journalled(sessionId: string): DurableSession | undefined {
    return this.journal.get(sessionId);
  }

  /** An entry, and all before it, is on the disk. */
  durable(session: HeldSession, seq: number): void {
    this.outbox.durable(session, seq);
    this.pump();
  }

  /** Waits for the first welcome, or the signal: until then no epoch is known to write in. */
  welcome(signal: AbortSignal): Promise<void> {
    if (this.hasBeenWelcome) return Promise.resolve();
    return new Promise(resolve => {
      this.welcomeWaiters.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Calls `act` after each welcome, for what the operator must be told again. */
  onWelcome(act: () => void): void {
    this.onWelcomes.push(act);
  }

  /** Waits until the operator has every entry. */
  async drained(): Promise<void> {
    while (
      [...this.options.log.state.sessions.values()].some(
        ({ unacked }) => unacked.length > 0,
      )
    ) {
      await new Promise<void>(resolve => this.tell.push(resolve));
    }
  }

  hello(): SidecarMessage {
    const { config, log } = this.options;
    const { runtime } = this.parts!;
    const { uid, name, namespace } = config.pod;
    return {
      type: 'hello',
      protocol: 1,
      pod: { namespace, name, uid },
      agent: config.agent.name,
      version: config.version,
      runtime: runtime.status(),
      sessions: [...log.state.sessions.values()].map(
        ({ id, epoch, seq, hash, acked, state }) => ({
          session_id: id,
          epoch,
          seq,
          hash,
          acked_seq: acked,
          state,
        }),
      ),
    };
  }

  welcomed(welcome: OperatorMessageOf<'welcome'>): void {
    this.takeWelcome(welcome).catch(error =>
      this.options.onFatal((error as Error).message),
    );
  }

  received(message: Exclude<OperatorMessage, { type: 'welcome' }>): void {
    this.take(message).catch(error =>
      this.options.onFatal((error as Error).message),
    );
  }

  lost(message: string): void {
    this.options.warn(
      { reason: message },
      'no connection to the operator; trying again',
    );
  }

  fenced(reason: string): void {
    this.options.onFatal(
      `Another sidecar has this pod's sessions (${reason}).`,
    );
  }

  private async takeWelcome(
    welcome: OperatorMessageOf<'welcome'>,
  ): Promise<void> {
    const { log, settings } = this.options;
    const { sessions, approvals, runtime } = this.parts!;
    settings.set(welcome.settings);
    sessions.epochBase = welcome.epoch_base;
    const previousEpochs = new Map<string, number>();
    for (const durable of welcome.sessions) {
      const held = log.state.sessions.get(durable.session_id);
      if (!held) {
        this.journal.set(durable.session_id, durable);
        continue;
      }
      previousEpochs.set(held.id, held.epoch);
      await this.align(held, durable);
    }
    this.outbox.restart(log.state.sessions.values());
    const isFirst = !this.hasBeenWelcome;
    this.hasBeenWelcome = true;
    this.options.info(
      { epoch: welcome.epoch_base, sessions: welcome.sessions.length },
      'connected to the operator',
    );
    if (isFirst) {
      if (log.state.sessions.size > 0) await sessions.resume(previousEpochs);
      for (const wake of this.welcomeWaiters.splice(0)) wake();
    }
    const status = runtime.status();
    this.send({
      type: 'runtime_status',
      state: status.state,
      ...(status.message && { message: status.message }),
      capabilities: status.capabilities,
    });
    for (const act of this.onWelcomes) act();
    this.calls.resend();
    await approvals.resume(sessions.open());
    this.pump();
  }

  /** Brings a session to where the journal stands. */
  private async align(
    held: HeldSession,
    { session_id: s, epoch, seq, hash }: DurableSession,
  ): Promise<void> {
    const { log } = this.options;
    const ours = held.unacked.find(({ entry }) => entry.seq === seq)?.entry
      .hash;
    if (ours && ours !== hash) {
      this.options.warn(
        { session: s, seq },
        'the journal has another entry at this place; it is left to the operator to say so',
      );
    }
    if (epoch !== held.epoch) await log.record({ r: 'epoch', s, epoch });
    if (seq > held.acked) await this.acknowledge(s, seq);
  }

  private async take(
    message: Exclude<OperatorMessage, { type: 'welcome' }>,
  ): Promise<void> {
    const { sessions, approvals } = this.parts!;
    const { type: _, ...content } = message;
    switch (message.type) {
      case 'ack':
        await this.acknowledge(message.session_id, message.seq);
        this.pump();
        break;
      case 'settings':
        this.options.settings.set(message.settings);
        break;
      case 'open_session':
        await sessions.openSession(message.session);
        break;
      case 'close_session':
        await sessions.closeSession(message.session_id, message.reason);
        break;
      case 'input':
        await sessions.takeInput(content as OperatorMessageOf<'input'>);
        break;
      case 'cancel':
        await sessions.cancel(message);
        break;
      case 'decision':
        await approvals.decided(message);
        break;
      case 'reply':
        this.calls.answered(message.id, message.result, message.error);
        break;
      case 'fenced':
      case 'drain':
        break;
      default:
        message satisfies never;
    }
  }

  private async acknowledge(sessionId: string, seq: number): Promise<void> {
    const { log } = this.options;
    const session = log.state.sessions.get(sessionId);
    if (!session) return;
    const recorded = log.record({ r: 'ack', s: sessionId, seq });
    this.outbox.acknowledged(sessionId, seq);
    if (session.isDone) await this.release(session);
    for (const wake of this.tell.splice(0)) wake();
    await recorded;
  }

  /** The operator has all of a session that ended: it is told so, and nothing more is kept. */
  async release(session: HeldSession): Promise<void> {
    if (!this.options.log.state.sessions.has(session.id)) return;
    this.parts?.sessions.done(session);
    this.outbox.forget(session.id);
    await this.options.log.record({
      r: 'forgotten',
      s: session.id,
      state: session.state,
    });
  }

  /** Sends what may be sent, all sessions in turn. */
  private pump(): void {
    if (this.isPumping || !this.client.isConnected) return;
    let sent = true;
    while (sent) {
      sent = false;
      for (const session of this.options.log.state.sessions.values()) {
        if (this.client.bufferedBytes > LARGEST_SOCKET_BACKLOG_BYTES) {
          this.isPumping = true;
          setTimeout(() => {
            this.isPumping = false;
            this.pump();
          }, SOCKET_RETRY_MS);
          return;
        }
        const batch = this.outbox.next(session);
        if (batch) sent = this.client.send(batch) || sent;
      }
    }
  }
}
