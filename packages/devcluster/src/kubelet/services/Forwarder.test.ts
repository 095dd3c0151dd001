import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { Forwarder } from './Forwarder';
import type { Backend } from './planForwarding';

const HOST = '127.0.0.1';

describe('Forwarder', () => {
  const servers: Server[] = [];
  let forwarder: Forwarder;
  let port: number;
  beforeEach(async () => {
    const probe = createServer().listen(0, HOST);
    await once(probe, 'listening');
    port = (probe.address() as AddressInfo).port;
    await new Promise(resolve => probe.close(resolve));
    forwarder = await Forwarder.listen(HOST, port);
  });
  afterEach(async () => {
    await forwarder.close();
    for (const server of servers.splice(0)) server.close();
  });

  /** Answers with its name and what it was sent, once the sender is done. */
  const backend = async (name: string): Promise<Backend> => {
    const server = createServer({ allowHalfOpen: true }, socket => {
      let sent = '';
      socket.on('data', data => (sent += data));
      socket.on('end', () => socket.end(`${name}:${sent}`));
    }).listen(0, HOST);
    servers.push(server);
    await once(server, 'listening');
    return { host: HOST, port: (server.address() as AddressInfo).port };
  };
  const ask = async (words: string) => {
    const socket = connect({ host: HOST, port, allowHalfOpen: true });
    socket.end(words);
    return text(socket);
  };

  it('takes its backends in turn, and each direction ends on its own', async () => {
    forwarder.setBackends([await backend('a'), await backend('b')]);
    expect([await ask('1'), await ask('2'), await ask('3')]).toEqual([
      'a:1',
      'b:2',
      'a:3',
    ]);
  });

  it('passes a megabyte unharmed', async () => {
    forwarder.setBackends([await backend('a')]);
    const much = 'x'.repeat(1024 * 1024);
    expect((await ask(much)) === `a:${much}`).toBe(true);
  });

  it('goes on to the next when one does not answer', async () => {
    const gone = { host: HOST, port: 1 };
    forwarder.setBackends([gone, await backend('b')]);
    expect([await ask('1'), await ask('2')]).toEqual(['b:1', 'b:2']);
  });

  it('ends a connection that nobody takes', async () => {
    expect(await ask('1').catch(() => '')).toBe('');
  });

  it('ends open connections when it is closed', async () => {
    const silent = createServer().listen(0, HOST);
    servers.push(silent);
    await once(silent, 'listening');
    forwarder.setBackends([
      { host: HOST, port: (silent.address() as AddressInfo).port },
    ]);
    const socket = connect({ host: HOST, port });
    socket.on('error', () => undefined);
    const [accepted] = await once(silent, 'connection');
    const closed = Promise.all([
      once(socket, 'close'),
      once(accepted, 'close'),
    ]);
    await forwarder.close();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('cannot listen where another does', async () => {
    await expect(Forwarder.listen(HOST, port)).rejects.toThrow('EADDRINUSE');
  });
});
