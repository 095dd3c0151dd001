import { readFile } from 'node:fs/promises';
import {
  FENCED_CLOSE_CODE,
  INGEST_FRAME_BYTES,
  OperatorMessage,
  type OperatorMessageOf,
  type SidecarMessage,
} from '@greenroom/protocol';
import WebSocket from 'ws';
import { Heartbeat } from './Heartbeat';
import { backOffMs, INGEST_BACK_OFF } from './backOff';
import { pause } from './pause';

/** Name in the operator's certificate; the address may be a tunnel or a forwarded port. */
export const OPERATOR_SERVER_NAME = 'greenroom-operator';
/** TLS, TokenReview and the settings of a busy operator. */
const WELCOME_TIMEOUT_MS = 30_000;

/** An operator that does not answer a close is not waited for. */
const CLOSE_TIMEOUT_MS = 500;

/** Who is told what happens on the connection. */
export interface IngestListener {
  /** The first message of a connection. */
  hello(): SidecarMessage;
  /** The connection is ready for use. */
  welcomed(welcome: OperatorMessageOf<'welcome'>): void;
  received(message: Exclude<OperatorMessage, { type: 'welcome' }>): void;
  lost(message: string): void;
  /** The operator gave this pod's sessions to another sidecar; this one must stop. */
  fenced(reason: string): void;
}

/** Where the operator is and how to prove who we are. */
export interface IngestClientOptions {
  url: URL;
  tokenFile: string;
  caFile: string;
  listener: IngestListener;
  random?: () => number;
}

/** The sidecar's connection to the operator: kept up for ever, one JSON message a frame. */
export class IngestClient {
  private socket: WebSocket | undefined;
  private isWelcome = false;

  constructor(private readonly options: IngestClientOptions) {}

  get isConnected(): boolean {
    return this.isWelcome;
  }

  /** Bytes that wait in the socket. */
  get bufferedBytes(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Connects, and connects again whenever the connection ends, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const random = this.options.random ?? Math.random;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const { welcomed, message, fenced } = await this.connectOnce(signal);
      this.socket = undefined;
      this.isWelcome = false;
      if (signal.aborted) return;
      if (fenced !== undefined) {
        this.options.listener.fenced(fenced);
        return;
      }
      this.options.listener.lost(message);
      if (welcomed) attempt = 1;
      await pause(backOffMs(INGEST_BACK_OFF, attempt, random()), signal);
    }
  }

  /** Sends a message if the connection is up. @returns whether it was sent */
  send(message: SidecarMessage): boolean {
    if (!this.isWelcome || this.socket?.readyState !== WebSocket.OPEN)
      return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private async connectOnce(
    signal: AbortSignal,
  ): Promise<{ welcomed: boolean; message: string; fenced?: string }> {
    let token: string;
    let ca: string;
    try {
      // Read again for each connection: the kubelet renews the token, and the operator may renew its authority.
      [token, ca] = await Promise.all([
        readFile(this.options.tokenFile, 'utf8'),
        readFile(this.options.caFile, 'utf8'),
      ]);
    } catch (error) {
      return {
        welcomed: false,
        message: `The token or the operator's authority cannot be read: ${
          (error as Error).message
        }`,
      };
    }
    if (signal.aborted)
      return { welcomed: false, message: 'the sidecar stops' };
    const options: WebSocket.ClientOptions & { servername: string } = {
      headers: { authorization: `Bearer ${token.trim()}` },
      ca,
      servername: OPERATOR_SERVER_NAME,
      maxPayload: INGEST_FRAME_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: WELCOME_TIMEOUT_MS,
    };
    const socket = new WebSocket(this.options.url, options);
    this.socket = socket;
    return await new Promise(resolve => {
      let message = 'the connection ended';
      let fenced: string | undefined;
      const heartbeat = new Heartbeat(() => {
        message = 'the operator did not answer heartbeats';
        socket.terminate();
      });
      const late = setTimeout(() => {
        message = `the operator did not say welcome within ${
          WELCOME_TIMEOUT_MS / 1000
        } s`;
        socket.terminate();
      }, WELCOME_TIMEOUT_MS);
      const stop = () => {
        socket.close(1000);
        setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
      };
      signal.addEventListener('abort', stop, { once: true });
      socket.on('open', () =>
        socket.send(JSON.stringify(this.options.listener.hello())),
      );
      socket.on('pong', () => heartbeat.alive());
      socket.on('ping', () => heartbeat.alive());
      socket.on('message', (data: Buffer) => {
        heartbeat.alive();
        const parsed = readMessage(data);
        if ('fault' in parsed) {
          message = `the operator sent what this sidecar cannot read: ${parsed.fault}`;
          socket.close(1002);
          return;
        }
        if (parsed.type === 'welcome') {
          clearTimeout(late);
          this.isWelcome = true;
          heartbeat.start(parsed.heartbeat_ms, () => socket.ping());
          this.options.listener.welcomed(parsed);
        } else if (parsed.type === 'fenced') fenced = parsed.reason;
        else this.options.listener.received(parsed);
      });
      socket.on('unexpected-response', (_, response) => {
        message = `the operator refused the connection with ${response.statusCode}`;
        response.resume();
        socket.terminate();
      });
      socket.on('error', error => {
        message = error.message;
      });
      socket.on('close', (code, reason) => {
        clearTimeout(late);
        heartbeat.stop();
        signal.removeEventListener('abort', stop);
        if (code === FENCED_CLOSE_CODE)
          fenced ??= reason.toString() || 'another sidecar took over';
        else if (reason.length > 0)
          message = `${message} (${code} ${reason.toString()})`;
        resolve({
          welcomed: this.isWelcome,
          message,
          ...(fenced !== undefined && { fenced }),
        });
      });
    });
  }
}

function readMessage(data: Buffer): OperatorMessage | { fault: string } {
  try {
    const parsed = OperatorMessage.safeParse(JSON.parse(data.toString('utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return { fault: `${issue.path.join('.')}: ${issue.message}` };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
