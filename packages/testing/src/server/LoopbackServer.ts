import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a fake listens. Port 0, the default, is any free one. */
export interface ListenOptions {
  host?: string;
  port?: number;
}

/** An HTTP server that stops at once, whatever its clients still wait for. */
export class LoopbackServer {
  private constructor(
    private readonly server: Server,
    /** Without a slash at the end. */
    readonly url: string,
    readonly port: number,
  ) {}

  static async start(
    listener: RequestListener,
    { host = '127.0.0.1', port = 0 }: ListenOptions = {},
  ): Promise<LoopbackServer> {
    const server = createServer(listener);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const address = server.address() as AddressInfo;
    return new LoopbackServer(
      server,
      `http://${host}:${address.port}`,
      address.port,
    );
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>(resolve => {
      this.server.close(() => resolve());
    });
    this.server.closeAllConnections();
    await closed;
  }
}
