import { createServer, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { callUpstream } from './callUpstream';
import { OutboundAgents } from './OutboundAgents';

let agents: OutboundAgents;
const servers: { close(): void; closeAllConnections?(): void }[] = [];

afterEach(() => {
  agents.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listen(server: Pick<Server, 'listen' | 'address' | 'close'>) {
  servers.push(server);
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const call = (url: string, more: object = {}) =>
  callUpstream({
    url: new URL(url),
    method: 'POST',
    headers: {},
    body: Buffer.from('{}'),
    agents,
    signal: new AbortController().signal,
    silenceMs: 60_000,
    ...more,
  });

describe('callUpstream', () => {
  it('goes through the outbound proxy, but not to what is excepted', async () => {
    const asked: string[] = [];
    const answering = () =>
      createServer((request, response) => {
        asked.push(request.url ?? '');
        response.end();
      });
    const proxy = await listen(answering());
    const direct = await listen(answering());
    agents = new OutboundAgents({
      HTTP_PROXY: proxy,
      NO_PROXY: new URL(direct).host,
    });
    await call('http://api.example.com/v1');
    await call(`${direct}/own`);
    expect(asked).toEqual(['http://api.example.com/v1', '/own']);
  });

  it('asks again when a kept connection was closed just then', async () => {
    agents = new OutboundAgents({});
    let requests = 0;
    const url = await listen(
      createServer((request, response) => {
        requests += 1;
        // The second request of a connection is not answered: the server had given the connection up.
        if (requests === 2) request.socket.destroy();
        else response.end('ok');
      }),
    );
    const first = await call(url);
    first.resume();
    await new Promise(resolve => first.once('close', resolve));
    expect((await call(url)).statusCode).toBe(200);
    expect(requests).toBe(3);
  });

  it('gives a silent server up', async () => {
    agents = new OutboundAgents({});
    const url = await listen(createServer(() => undefined));
    await expect(call(url, { silenceMs: 50 })).rejects.toMatchObject({
      reason: 'TimedOut',
      message: `${new URL(url).host} said nothing within 0.05 s.`,
    });
  });

  it('says that it was stopped', async () => {
    agents = new OutboundAgents({});
    const abort = new AbortController();
    const url = await listen(createServer(() => abort.abort()));
    await expect(call(url, { signal: abort.signal })).rejects.toMatchObject({
      reason: 'Aborted',
    });
  });

  it('puts an answer that is no HTTP into words', async () => {
    agents = new OutboundAgents({});
    const url = await listen(
      createTcp(socket => socket.end('SSH-2.0-x\r\n')) as never,
    );
    await expect(call(url)).rejects.toMatchObject({
      reason: 'Unreachable',
      message: expect.stringMatching(/^127.0.0.1:\d+ could not be reached: /),
    });
  });
});
