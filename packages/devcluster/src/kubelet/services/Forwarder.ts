import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Backend } from './planForwarding';

/** How long one endpoint may take to accept before the next is tried. All are on this machine. */
const CONNECT_TIMEOUT_MS = 2_000;

/** Listens on one port of a Service and hands each connection to one of its endpoints in turn. */
export class Forwarder {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #backends: readonly Backend[] = [];
  #next = 0;

  private constructor() {
    // Each direction ends on its own; nothing is read before there is somewhere to write it.
    this.#server = createServer(
      { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
      client => void this.#accept(client),
    );
  }

  /** Rejects with the system's error if it cannot listen there. */
  static async listen(host: string, port: number): Promise<Forwarder> {
    const forwarder = new Forwarder();
    const server = forwarder.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', () => undefined);
    return forwarder;
  }

  /** Where new connections go from now on; those that are open stay where they are. */
  setBackends(backends: readonly Backend[]): void {
    this.#backends = backends;
  }

  /** Ends the listening and every connection. */
  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #accept(client: Socket): Promise<void> {
    this.#track(client);
    const server = await this.#connectOne();
    if (!server || client.destroyed) {
      client.destroy();
      server?.destroy();
      return;
    }
    this.#join(client, server);
  }

  /** Tries each endpoint once, beginning with the one whose turn it is. */
  async #connectOne(): Promise<Socket | undefined> {
    const backends = this.#backends;
    const first = this.#next++;
    for (let turn = 0; turn < backends.length; turn++) {
      const socket = await dial(backends[(first + turn) % backends.length]);
      if (socket) return socket;
    }
    return undefined;
  }

  #join(client: Socket, server: Socket): void {
    this.#track(server);
    client.pipe(server);
    server.pipe(client);
    const destroyBoth = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      // A direction that was ended properly leaves the other open; anything else ends both.
      socket.on('error', destroyBoth);
      socket.on('close', hadError => {
        if (hadError || !socket.readableEnded) destroyBoth();
      });
    }
    client.resume();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

function dial({ host, port }: Backend): Promise<Socket | undefined> {
  return new Promise(resolve => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const fail = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('timeout', fail);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
