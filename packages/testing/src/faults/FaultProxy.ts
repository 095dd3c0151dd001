import {
  connect,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import type { ListenOptions } from '../server/LoopbackServer';
import { Recorder } from '../server/Recorder';
import type { Direction, FaultPlan } from './FaultPlan';
import { FaultyPipe } from './FaultyPipe';

interface Connection {
  client: Socket;
  upstream: Socket;
  pipes: FaultyPipe[];
}

/** Where a proxy leads, and how badly. */
export interface FaultProxyOptions extends ListenOptions {
  target: { host?: string; port: number };
  plan?: FaultPlan;
}

/** A TCP proxy that delays, cuts, loses and swallows what passes through it, as it is told. */
export class FaultProxy {
  /** Chunks that a half-open network took and did not deliver. */
  readonly swallowed = new Recorder<{ direction: Direction; bytes: number }>();
  private readonly connections = new Set<Connection>();
  private plan: FaultPlan;
  /** Connections accepted since the start, refused ones included. */
  accepted = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: FaultProxyOptions['target'],
    plan: FaultPlan,
  ) {
    this.plan = plan;
    server.on('connection', client => this.accept(client));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const { host = '127.0.0.1', port = 0, target, plan = {} } = options;
    const server = createServer({ allowHalfOpen: true });
    const proxy = new FaultProxy(server, target, plan);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.connections.size;
  }

  /** Behaves so from now on, on open connections too; counts of bytes begin anew. `{}` heals. */
  follow(plan: FaultPlan): void {
    this.plan = plan;
    for (const { pipes } of this.connections) {
      for (const pipe of pipes) pipe.follow(plan);
    }
  }

  /** Resets every open connection now. */
  cut(): void {
    for (const connection of this.connections) this.cutOne(connection);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>(resolve => {
      this.server.close(() => resolve());
    });
    this.cut();
    await closed;
  }

  private accept(client: Socket): void {
    this.accepted += 1;
    client.on('error', () => client.destroy());
    if (this.plan.refuse) {
      client.resetAndDestroy();
      return;
    }
    const { host = '127.0.0.1', port } = this.target;
    const upstream = connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
    });
    client.setNoDelay(true);
    const connection: Connection = { client, upstream, pipes: [] };
    this.connections.add(connection);
    const cut = () => this.cutOne(connection);
    upstream.on('error', cut);
    client.on('close', cut);
    upstream.on('close', () => this.closeClient(connection));
    const pipe = (from: Socket, to: Socket, direction: Direction) =>
      new FaultyPipe(from, to, direction, this.plan, cut, bytes =>
        this.swallowed.add({ direction, bytes }),
      );
    connection.pipes = [
      pipe(client, upstream, 'up'),
      pipe(upstream, client, 'down'),
    ];
  }

  /** The server is gone; a client behind a half-open network does not hear of it. */
  private closeClient(connection: Connection): void {
    const { swallow } = this.plan;
    if (swallow === 'down' || swallow === 'both') return;
    if (!connection.client.writableEnded) connection.client.end();
  }

  private cutOne(connection: Connection): void {
    this.connections.delete(connection);
    connection.client.resetAndDestroy();
    connection.upstream.resetAndDestroy();
  }
}
