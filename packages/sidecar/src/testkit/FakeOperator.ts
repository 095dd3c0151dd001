import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  parseSessionEvent,
  SessionChain,
  SidecarMessage,
  type AgentSettings,
  type AppendedEntry,
  type Genesis,
  type OperatorMessage,
  type SessionEvent,
  type SessionOpening,
  type SidecarMessageOf,
} from '@greenroom/protocol';
import { nodeSha256 } from '@greenroom/protocol/node';
import { WebSocketServer, type WebSocket } from 'ws';
import { operatorCertificate } from './operatorCertificate';

interface Journal {
  chain: SessionChain;
  genesis: Genesis;
  entries: AppendedEntry[];
  epoch: number;
}

/** What the operator's ingest does, as far as a sidecar sees it: keeps journals, checks every link, acknowledges. */
export class FakeOperator {
  readonly received: SidecarMessage[] = [];
  readonly blobs = new Map<string, Buffer>();
  /** Faults found in what the sidecar sent; a test expects none. */
  readonly faults: string[] = [];
  readonly hellos: SidecarMessageOf<'hello'>[] = [];
  /** Set to keep entries unacknowledged. */
  acknowledges = true;
  /** Answers calls; the default makes an Approval of everything. */
  answer: (call: {
    method: string;
    params: Record<string, unknown>;
  }) => unknown = ({ params }) => ({ name: `approval-${params.request_id}` });
  connections = 0;
  private readonly journals = new Map<string, Journal>();
  private readonly server: Server;
  private socket: WebSocket | undefined;
  private waiters: (() => void)[] = [];
  private port = 0;
  private nextEpoch = 1;

  constructor(public settings: AgentSettings) {
    this.server = createServer(operatorCertificate, (request, response) => {
      const [, sessionId, digest] =
        /^\/ingest\/v1\/blobs\/([^/]+)\/([0-9a-f]{64})$/.exec(
          request.url ?? '',
        ) ?? [];
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', () => {
        const bytes = Buffer.concat(chunks);
        if (
          !sessionId ||
          createHash('sha256').update(bytes).digest('hex') !== digest
        )
          this.faults.push(`bad blob ${request.url}`);
        else this.blobs.set(digest, bytes);
        response.writeHead(204).end();
        this.changed();
      });
    });
    const sockets = new WebSocketServer({ server: this.server });
    sockets.on('connection', socket => {
      this.socket = socket;
      this.connections += 1;
      socket.on('message', data =>
        this.take(socket, SidecarMessage.parse(JSON.parse(data.toString()))),
      );
    });
  }

  async listen(): Promise<URL> {
    await new Promise<void>(resolve =>
      this.server.listen(this.port, '127.0.0.1', resolve),
    );
    this.port = (this.server.address() as AddressInfo).port;
    return new URL(`wss://127.0.0.1:${this.port}/ingest/v1`);
  }

  async close(): Promise<void> {
    this.disconnect();
    await new Promise<void>(resolve => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** Listens again where it did before. */
  async reopen(): Promise<void> {
    await this.listen();
  }

  /** Cuts the connection without a word. */
  disconnect(): void {
    this.socket?.terminate();
    this.socket = undefined;
  }

  send(message: OperatorMessage): void {
    this.socket?.send(JSON.stringify(message));
  }

  open(session: SessionOpening): void {
    this.genesisOf.set(session.session_id, session.genesis);
    this.send({ type: 'open_session', session });
  }

  /** All durable events of a session, in order. */
  events(sessionId: string): SessionEvent[] {
    return (this.journals.get(sessionId)?.entries ?? []).map(({ body }) =>
      parseSessionEvent(JSON.parse(body)),
    );
  }

  /** Every byte that reached the operator. */
  everything(): string {
    return JSON.stringify([
      this.received,
      [...this.blobs.values()].map(bytes => bytes.toString('latin1')),
    ]);
  }

  messages<Type extends SidecarMessage['type']>(
    type: Type,
  ): SidecarMessageOf<Type>[] {
    return this.received.filter(
      (message): message is SidecarMessageOf<Type> => message.type === type,
    );
  }

  /** Waits until something holds, looking again whenever something arrives. */
  async until<Found>(
    what: string,
    find: () => Found | undefined | false,
    timeoutMs = 4_000,
  ): Promise<Found> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = find();
      if (found) return found;
      if (Date.now() > deadline)
        throw new Error(
          `Waited for ${what}; there is ${JSON.stringify(
            this.received.slice(-8),
            undefined,
            1,
          ).slice(0, 4_000)}`,
        );
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, 100);
        this.waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Waits for a durable event of a type. */
  event<Type extends SessionEvent['type']>(
    sessionId: string,
    type: Type,
  ): Promise<Extract<SessionEvent, { type: Type }>> {
    return this.until(`${type} in ${sessionId}`, () =>
      this.events(sessionId).find(
        (event): event is Extract<SessionEvent, { type: Type }> =>
          event.type === type,
      ),
    );
  }

  private readonly genesisOf = new Map<string, Genesis>();

  private take(socket: WebSocket, message: SidecarMessage): void {
    this.received.push(message);
    const send = (answer: OperatorMessage) =>
      socket.send(JSON.stringify(answer));
    if (message.type === 'hello') {
      this.hellos.push(message);
      const epoch = this.nextEpoch++;
      for (const journal of this.journals.values()) journal.epoch = epoch;
      send({
        type: 'welcome',
        epoch_base: epoch,
        heartbeat_ms: 1_000,
        server_time: new Date().toISOString(),
        cluster_uid: 'cluster-1',
        settings: this.settings,
        sessions: [...this.journals].map(
          ([session_id, { chain, epoch: each }]) => ({
            session_id,
            epoch: each,
            seq: chain.head.seq,
            hash: chain.head.hash,
          }),
        ),
      });
    } else if (message.type === 'append') {
      const seq = this.extend(message);
      if (this.acknowledges)
        send({ type: 'ack', session_id: message.session_id, seq });
    } else if (message.type === 'call') {
      const result = this.answer({
        method: message.method,
        params: message.params as Record<string, unknown>,
      });
      if (result !== undefined)
        send({ type: 'reply', id: message.id, result: result as never });
    }
    this.changed();
  }

  private extend({
    session_id,
    entries,
    epoch,
  }: SidecarMessageOf<'append'>): number {
    const genesis = this.genesisOf.get(session_id)!;
    const journal = this.journals.get(session_id) ?? {
      chain: SessionChain.begin(session_id, genesis, nodeSha256),
      genesis,
      entries: [],
      epoch,
    };
    this.journals.set(session_id, journal);
    if (epoch !== journal.epoch)
      this.faults.push(`epoch ${epoch} instead of ${journal.epoch}`);
    for (const entry of entries) {
      const extension = journal.chain.extend(entry);
      if (extension.accepted) journal.entries.push(entry);
      else if (extension.reason !== 'repeat')
        this.faults.push(extension.message);
    }
    return journal.chain.head.seq;
  }

  private changed(): void {
    for (const wake of this.waiters.splice(0)) wake();
  }
}
