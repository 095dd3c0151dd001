import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  INGEST_BLOB_BYTES,
  INGEST_BLOBS_PATH,
  INGEST_FRAME_BYTES,
  INGEST_PATH,
  MISSED_HEARTBEATS,
} from '@greenroom/protocol';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { BlobStore } from '../journal/BlobStore';
import { JournalError } from '../journal/JournalError';
import type { IngestHub } from './IngestHub';
import { SidecarRefusedError, type SidecarVerifier } from './SidecarVerifier';
import type { SidecarTransport } from './SidecarTransport';
import type { VerifiedPod } from './SidecarLink';

export interface IngestServerOptions {
  hub: IngestHub;
  verifier: Pick<SidecarVerifier, 'verify'>;
  blobs: BlobStore;
  log: Logger;
}

/** Upgrades that are being verified at a time; more are told to come back. */
const MAX_VERIFYING = 256;

/** Ingest over HTTP: the sidecars' WebSocket and the upload of blobs. */
export class IngestServer {
  readonly #options: IngestServerOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    // UTF-8 of a frame whose characters the hub counts.
    maxPayload: 2 * INGEST_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  });
  #verifying = 0;

  constructor(options: IngestServerOptions) {
    this.#options = options;
  }

  /** Answers an upgrade if it is for ingest. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (pathOf(request) !== INGEST_PATH) {
      refuseUpgrade(
        socket,
        404,
        `Nothing is here; ingest is at ${INGEST_PATH}.`,
      );
      return;
    }
    if (this.#verifying >= MAX_VERIFYING) {
      refuseUpgrade(
        socket,
        503,
        'Too many sidecars connect at once. Try again.',
      );
      return;
    }
    this.#verifying++;
    this.#verify(request)
      .then(pod => {
        if (socket.destroyed) return;
        this.#sockets.handleUpgrade(request, socket, head, webSocket =>
          this.#connect(webSocket, pod),
        );
      })
      .catch(error => {
        const { status, message } = asRefusal(error);
        this.#options.log.warn(
          { status, reason: message },
          'refused a sidecar',
        );
        refuseUpgrade(socket, status, message);
      })
      .finally(() => {
        this.#verifying--;
      });
  }

  /** Answers a request for a blob's upload; `false` if it is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request);
    if (!path.startsWith(`${INGEST_BLOBS_PATH}/`)) return false;
    const [sessionId, digest, rest] = path
      .slice(INGEST_BLOBS_PATH.length + 1)
      .split('/');
    if (request.method !== 'PUT' || !digest || rest !== undefined) {
      answer(
        response,
        404,
        `Blobs are PUT to ${INGEST_BLOBS_PATH}/<session>/<sha256>.`,
      );
      return true;
    }
    this.#putBlob(request, sessionId, digest).then(
      () => answer(response, 204, ''),
      error => {
        const { status, message } = asRefusal(error);
        answer(response, status, message);
      },
    );
    return true;
  }

  /** Ends all connections. */
  stop(): void {
    this.#options.hub.stop();
    for (const webSocket of this.#sockets.clients) webSocket.terminate();
    this.#sockets.close();
  }

  #verify(request: IncomingMessage): Promise<VerifiedPod> {
    return this.#options.verifier.verify(request.headers.authorization);
  }

  async #putBlob(
    request: IncomingMessage,
    sessionId: string,
    digest: string,
  ): Promise<void> {
    const { blobs, hub } = this.#options;
    const pod = await this.#verify(request);
    if (!hub.byPod(pod.uid)?.sessions.has(sessionId)) {
      throw new SidecarRefusedError(
        403,
        `Session ${sessionId} is not open in pod ${pod.namespace}/${pod.name}.`,
      );
    }
    if (blobs.has(sessionId, digest)) {
      request.resume();
      return;
    }
    await blobs.put(sessionId, digest, request, INGEST_BLOB_BYTES);
  }

  #connect(webSocket: WebSocket, pod: VerifiedPod): void {
    const connection = this.#options.hub.accept(pod, transportOf(webSocket));
    const stopHeartbeat = this.#heartbeat(webSocket);
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) webSocket.close(1003, 'frames are text');
      else connection.receive((data as Buffer).toString('utf8'));
    });
    webSocket.on('error', error =>
      this.#options.log.warn({ err: error }, 'a sidecar’s connection failed'),
    );
    webSocket.on('close', () => {
      stopHeartbeat();
      connection.lost();
    });
  }

  /** Pings, and ends a connection that no longer answers. */
  #heartbeat(webSocket: WebSocket): () => void {
    let missed = 0;
    webSocket.on('pong', () => {
      missed = 0;
    });
    webSocket.on('message', () => {
      missed = 0;
    });
    const timer = setInterval(() => {
      if (missed >= MISSED_HEARTBEATS) {
        webSocket.terminate();
        return;
      }
      missed++;
      webSocket.ping();
    }, this.#options.hub.heartbeatMs);
    return () => clearInterval(timer);
  }
}

function transportOf(webSocket: WebSocket): SidecarTransport {
  return {
    send: text => webSocket.send(text),
    close(code, reason) {
      webSocket.close(code, reason);
    },
    get bufferedBytes() {
      return webSocket.bufferedAmount;
    },
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0];
}

function asRefusal(error: unknown): { status: number; message: string } {
  const { message } = error as Error;
  if (error instanceof SidecarRefusedError) {
    return { status: error.status, message };
  }
  if (error instanceof JournalError && error.reason === 'Invalid') {
    return { status: 422, message };
  }
  return { status: 503, message };
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  // What is left of the request's body would be taken for the next request.
  response.writeHead(status, {
    'content-type': 'text/plain',
    connection: status < 300 ? 'keep-alive' : 'close',
  });
  response.end(text);
}

function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  if (socket.destroyed) return;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
