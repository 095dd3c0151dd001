import {
  FENCED_CLOSE_CODE,
  INGEST_FRAME_BYTES,
  SidecarMessage,
  type AgentSettings,
  type ApprovalDecision,
  type OperatorMessage,
  type SessionInput,
  type SessionOpening,
  type SidecarMessageOf,
} from '@greenroom/protocol';
import type { Logger } from 'pino';
import { JournalError } from '../journal/JournalError';
import type { JournalEntry } from '../journal/entryCodec';
import type { IngestHub } from './IngestHub';
import { PendingAnswers } from './PendingAnswers';
import {
  LinkClosedError,
  type InputStatus,
  type LinkedRuntime,
  type SessionOutcome,
  type RepositoryStates,
  type SidecarLink,
  type ToolStates,
  type VerifiedPod,
} from './SidecarLink';
import { closeCodes, type SidecarTransport } from './SidecarTransport';

const NO_CAPABILITIES = {
  multiSession: false,
  cancel: false,
  permissions: false,
  fork: false,
  models: false,
  deltas: false,
};
/** How long a sidecar may take to answer an input or an opening. */
const ANSWER_TIMEOUT_MS = 30_000;
/** Bytes of one connection that wait for the disk; above it the connection is read no further. */
const MAX_UNSYNCED_BYTES = 8 * 1024 * 1024;
/** A sidecar that does not read its messages is cut off, and gets them anew when it is back. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;
/** Questions of one sidecar that are answered at a time. */
const MAX_CALLS = 64;

/** One sidecar's connection: checks each message, hands it on, and is the {@link SidecarLink} that controllers see. */
export class SidecarConnection implements SidecarLink {
  readonly pod: VerifiedPod;
  readonly sessions = new Set<string>();
  /** Sessions whose place in the journal the sidecar was told, or that began here. */
  readonly aligned = new Set<string>();
  /** The epoch in which this connection writes; higher than that of any before it. */
  readonly epoch: number;
  runtime: LinkedRuntime = {
    state: 'starting',
    contract: '',
    capabilities: NO_CAPABILITIES,
  };
  tools: ToolStates = [];
  repositories: RepositoryStates = [];
  settings: AgentSettings | undefined;
  readonly #hub: IngestHub;
  readonly #transport: SidecarTransport;
  readonly #log: Logger;
  readonly #inputs = new PendingAnswers<InputStatus>(ANSWER_TIMEOUT_MS);
  readonly #sessionAnswers = new PendingAnswers<SessionOutcome>(
    ANSWER_TIMEOUT_MS,
  );
  #phase: 'new' | 'greeting' | 'open' | 'closed' = 'new';
  /** Messages that came while the greeting was under way. */
  #early: SidecarMessage[] = [];
  #unsyncedBytes = 0;
  #calls = 0;

  constructor(options: {
    pod: VerifiedPod;
    epoch: number;
    hub: IngestHub;
    transport: SidecarTransport;
    log: Logger;
  }) {
    this.pod = options.pod;
    this.epoch = options.epoch;
    this.#hub = options.hub;
    this.#transport = options.transport;
    this.#log = options.log;
  }

  get settingsDigest(): string {
    return this.settings?.digest ?? '';
  }

  /** Whether the sidecar said who it is and was welcomed. */
  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** Takes one text frame. */
  receive(text: string): void {
    if (this.#phase === 'closed') return;
    const message = this.#parse(text);
    if (!message) return;
    if (this.#phase === 'new') {
      if (message.type === 'hello') void this.#greet(message);
      else this.#refuse('the first message must be hello');
    } else if (message.type === 'hello') {
      this.#refuse('hello may be said once only');
    } else if (this.#phase === 'greeting') {
      // Entries sent before the welcome follow what the sidecar believed then; it sends them again from where the journal stands.
      if (message.type !== 'append') this.#early.push(message);
    } else {
      this.#take(message, text.length);
    }
  }

  /** The transport is gone. */
  lost(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    const error = new LinkClosedError(
      `The sidecar of pod ${this.pod.namespace}/${this.pod.name} is disconnected. It is asked again when it is back.`,
    );
    this.#inputs.abandon(error);
    this.#sessionAnswers.abandon(error);
    this.#hub.disconnected(this);
  }

  /** Ends the connection with a reason that the sidecar logs. */
  close(code: number, reason: string): void {
    // The reason of a close frame has 123 bytes.
    this.#transport.close(
      code,
      Buffer.from(reason).subarray(0, 120).toString(),
    );
    this.lost();
  }

  /** Another connection writes the sessions of this one now. */
  fence(reason: string): void {
    this.#send({ type: 'fenced', reason });
    this.close(FENCED_CLOSE_CODE, reason);
  }

  /** Asks the sidecar to connect anew to whoever answers then. */
  drain(): void {
    this.#send({ type: 'drain' });
  }

  async openSession(opening: SessionOpening): Promise<SessionOutcome> {
    this.#requireOpen();
    await this.#hub.claimNewSession(this, opening);
    this.#requireOpen();
    const { session_id: sessionId } = opening;
    return this.#sessionAnswers.ask(sessionId, `open ${sessionId}`, () =>
      this.#send({ type: 'open_session', session: opening }),
    );
  }

  async send(input: SessionInput): Promise<InputStatus> {
    this.#requireOpen();
    return this.#inputs.ask(input.id, `take input ${input.id}`, () =>
      this.#send({ type: 'input', ...input }),
    );
  }

  cancel(sessionId: string, reason: string, turnId?: string): void {
    this.#requireOpen();
    this.#send({
      type: 'cancel',
      session_id: sessionId,
      turn_id: turnId,
      reason,
    });
  }

  async closeSession(
    sessionId: string,
    reason: string,
  ): Promise<SessionOutcome> {
    this.#requireOpen();
    return this.#sessionAnswers.ask(sessionId, `close ${sessionId}`, () =>
      this.#send({ type: 'close_session', session_id: sessionId, reason }),
    );
  }

  decide(decision: ApprovalDecision): void {
    this.#requireOpen();
    this.#send({ type: 'decision', ...decision });
  }

  pushSettings(settings: AgentSettings): void {
    this.#requireOpen();
    if (settings.digest === this.settingsDigest) return;
    this.settings = settings;
    this.#send({ type: 'settings', settings });
  }

  #parse(text: string): SidecarMessage | undefined {
    if (text.length > INGEST_FRAME_BYTES) {
      this.close(
        closeCodes.tooBig,
        `a frame has at most ${INGEST_FRAME_BYTES} bytes`,
      );
      return undefined;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#refuse('a frame must be JSON');
      return undefined;
    }
    const parsed = SidecarMessage.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    this.#refuse(`${issue.path.join('.') || 'message'}: ${issue.message}`);
    return undefined;
  }

  async #greet(hello: SidecarMessageOf<'hello'>): Promise<void> {
    this.#phase = 'greeting';
    const { pod } = this;
    const isItself =
      hello.pod.uid === pod.uid &&
      hello.pod.name === pod.name &&
      hello.pod.namespace === pod.namespace;
    if (!isItself) {
      this.close(
        closeCodes.forbidden,
        `the token is of pod ${pod.namespace}/${pod.name}`,
      );
      return;
    }
    try {
      const welcome = await this.#hub.welcome(this, hello);
      if (this.#isClosed()) return;
      this.runtime = hello.runtime;
      this.settings = welcome.settings;
      this.#send(welcome);
      this.#phase = 'open';
      this.#hub.opened(this);
      for (const message of this.#early.splice(0)) this.#take(message, 0);
    } catch (error) {
      this.#log.warn({ err: error }, 'a sidecar is not welcome yet');
      this.close(closeCodes.tryAgain, (error as Error).message);
    }
  }

  #take(message: SidecarMessage, bytes: number): void {
    switch (message.type) {
      case 'append':
        void this.#append(message, bytes);
        break;
      case 'delta':
        if (this.sessions.has(message.session_id)) {
          this.#hub.emit('delta', this, message);
        }
        break;
      case 'input_status':
        this.#inputs.answer(message.id, message);
        break;
      case 'session_status':
        if (message.state !== 'open')
          this.#hub.release(this, message.session_id);
        this.#sessionAnswers.answer(message.session_id, message);
        break;
      case 'runtime_status': {
        const { state, message: text, capabilities } = message;
        this.runtime = {
          ...this.runtime,
          state,
          message: text,
          capabilities: capabilities ?? this.runtime.capabilities,
        };
        this.#hub.emit('runtime', this);
        break;
      }
      case 'tools_status':
        this.tools = message.tools;
        this.#hub.emit('tools', this);
        break;
      case 'git_status':
        this.repositories = message.repositories;
        this.#hub.emit('repositories', this);
        break;
      case 'call':
        void this.#call(message);
        break;
      default:
    }
  }

  async #append(
    message: SidecarMessageOf<'append'>,
    bytes: number,
  ): Promise<void> {
    const { session_id: sessionId, epoch } = message;
    if (!this.sessions.has(sessionId)) {
      this.#refuseAppend(sessionId);
      return;
    }
    const entries = message.entries.map(
      (entry): JournalEntry => ({
        seq: entry.seq,
        epoch,
        salt: Buffer.from(entry.salt, 'base64'),
        hash: Buffer.from(entry.hash, 'hex'),
        body: Buffer.from(entry.body, 'utf8'),
      }),
    );
    this.#unsyncedBytes += bytes;
    if (this.#unsyncedBytes > MAX_UNSYNCED_BYTES) this.#transport.pause();
    try {
      await this.#hub.append(sessionId, entries);
      this.#send({
        type: 'ack',
        session_id: sessionId,
        seq: entries.at(-1)!.seq,
      });
    } catch (error) {
      this.#appendFailed(sessionId, error);
    } finally {
      this.#unsyncedBytes -= bytes;
      if (this.#unsyncedBytes <= MAX_UNSYNCED_BYTES / 2)
        this.#transport.resume();
    }
  }

  /** Entries of a session that is not this connection's: another one's, or one that ended or that the journal does not know. */
  #refuseAppend(sessionId: string): void {
    this.#hub.refused('NotHeld');
    const holder = this.#hub.bySession(sessionId);
    if (holder && holder !== this) {
      this.fence(`session ${sessionId} is held by another connection`);
      return;
    }
    this.#log.error(
      { sessionId },
      'entries of a session that is not open here',
    );
    this.#send({
      type: 'close_session',
      session_id: sessionId,
      reason: 'NotOpen',
    });
  }

  #appendFailed(sessionId: string, error: unknown): void {
    const reason = error instanceof JournalError ? error.reason : 'Unavailable';
    this.#hub.refused(reason);
    this.#log.error({ err: error, sessionId }, 'entries were refused');
    if (reason === 'Ended') this.#refuseAppend(sessionId);
    else if (reason === 'Fenced') this.fence((error as Error).message);
    else if (reason === 'Unavailable') {
      this.close(closeCodes.tryAgain, (error as Error).message);
    } else {
      this.close(closeCodes.invalid, `${reason}: ${(error as Error).message}`);
    }
  }

  async #call(message: SidecarMessageOf<'call'>): Promise<void> {
    const { id } = message;
    if (this.#calls >= MAX_CALLS) {
      const text = `${MAX_CALLS} questions of this sidecar wait already; ask again when one is answered.`;
      this.#send({ type: 'reply', id, error: { code: 'Busy', message: text } });
      return;
    }
    this.#calls++;
    try {
      const result = await this.#hub.call(this, message);
      this.#send({ type: 'reply', id, result });
    } catch (error) {
      const { name = 'Error', message: text } = error as Error;
      const code = (error as { reason?: string }).reason || name;
      this.#log.warn({ err: error, method: message.method }, 'a call failed');
      this.#send({ type: 'reply', id, error: { code, message: text } });
    } finally {
      this.#calls--;
    }
  }

  #refuse(problem: string): void {
    this.#hub.refused('Invalid');
    this.#log.error({ problem }, 'a sidecar sent an invalid message');
    this.close(closeCodes.invalid, problem);
  }

  #send(message: OperatorMessage): void {
    if (this.#isClosed()) return;
    this.#transport.send(JSON.stringify(message));
    if (this.#transport.bufferedBytes > MAX_UNSENT_BYTES) {
      this.close(closeCodes.tryAgain, 'the sidecar does not read its messages');
    }
  }

  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  #requireOpen(): void {
    if (this.#phase === 'open') return;
    throw new LinkClosedError(
      `The sidecar of pod ${this.pod.namespace}/${this.pod.name} is not connected.`,
    );
  }
}
