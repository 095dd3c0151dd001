import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Recorder } from '../server/Recorder';
import { FaultProxy } from './FaultProxy';
import type { FaultPlan } from './FaultPlan';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A server that sends everything back, behind a proxy. */
async function anEcho(plan: FaultPlan = {}) {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy = await FaultProxy.start({ target: { port }, plan });
  stops.push(
    () => server.close(),
    () => proxy.stop(),
  );
  return proxy;
}

/** A client that keeps what it got. */
function aClient(proxy: FaultProxy) {
  const socket: Socket = connect(proxy.port, '127.0.0.1');
  const received = new Recorder<string>();
  let text = '';
  socket.on('data', data => {
    text += data;
    received.add(text);
  });
  const failed = once(socket, 'error').then(([error]) => error.code);
  const closed = new Promise<void>(resolve => {
    socket.once('close', () => resolve());
  });
  failed.catch(() => undefined);
  stops.push(() => socket.destroy());
  return {
    socket,
    failed,
    closed,
    got: (wanted: string) => received.waitFor(each => each === wanted),
    text: () => text,
  };
}

describe('FaultProxy', () => {
  it('passes everything on over a good network, ends included', async () => {
    const client = aClient(await anEcho());
    client.socket.end('hello');
    expect(await client.got('hello')).toBe('hello');
    await client.closed;
  });

  it('cuts in the middle, at the byte it was told', async () => {
    const client = aClient(await anEcho({ cutAfter: { down: 7 } }));
    client.socket.write('frame-1 frame-2');
    expect(await client.failed).toBe('ECONNRESET');
    expect('frame-1'.startsWith(client.text())).toBe(true);
  });

  it('lets the server see a cut on its way up', async () => {
    const proxy = await anEcho({ cutAfter: { up: 3 } });
    const client = aClient(proxy);
    client.socket.write('abcdef');
    expect(await client.failed).toBe('ECONNRESET');
    expect(proxy.open).toBe(0);
  });

  it('swallows while the connection stays open, and heals', async () => {
    const proxy = await anEcho();
    const client = aClient(proxy);
    client.socket.write('a');
    await client.got('a');
    proxy.follow({ swallow: 'both' });
    client.socket.write('b');
    await proxy.swallowed.waitFor(({ bytes }) => bytes === 1);
    proxy.follow({});
    client.socket.write('c');
    expect(await client.got('ac')).toBe('ac');
  });

  it('leaves the client of a half-open network in the dark about the server’s end', async () => {
    const proxy = await anEcho({ swallow: 'down' });
    const client = aClient(proxy);
    client.socket.end('last words');
    await proxy.swallowed.waitFor(({ direction }) => direction === 'down');
    expect(client.text()).toBe('');
    expect(client.socket.readableEnded).toBe(false);
  });

  it('loses bytes and goes on behind them', async () => {
    const client = aClient(await anEcho({ lose: { up: 3 } }));
    client.socket.write('abcdef');
    expect(await client.got('def')).toBe('def');
  });

  it('delays and keeps the order', async () => {
    const client = aClient(await anEcho({ delayMs: 30 }));
    const started = performance.now();
    client.socket.write('one ');
    await client.got('one ');
    client.socket.write('two');
    await client.got('one two');
    expect(performance.now() - started).toBeGreaterThanOrEqual(110);
  });

  it('refuses who comes, and accepts again', async () => {
    const proxy = await anEcho({ refuse: true });
    expect(await aClient(proxy).failed).toBe('ECONNRESET');
    proxy.follow({});
    const client = aClient(proxy);
    client.socket.write('x');
    await client.got('x');
    expect(proxy.accepted).toBe(2);
  });

  it('cuts all that is open at once', async () => {
    const proxy = await anEcho();
    const clients = [aClient(proxy), aClient(proxy)];
    for (const client of clients) {
      client.socket.write('x');
      await client.got('x');
    }
    expect(proxy.open).toBe(2);
    proxy.cut();
    await Promise.all(clients.map(({ closed }) => closed));
    expect(proxy.open).toBe(0);
  });
});
