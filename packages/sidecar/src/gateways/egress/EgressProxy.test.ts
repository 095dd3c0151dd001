import { createServer, request, type Server } from 'node:http';
import { connect, createServer as createTcp, type AddressInfo } from 'node:net';
import type { LookupAddress } from 'node:dns';
import type { AgentSettings } from '@greenroom/protocol';
import type { SidecarServices } from '../../SidecarServices';
import {
  anOpening,
  SESSION_ID,
  startTestBench,
  type TestBench,
} from '../../testkit/startTestSidecar';
import { EgressProxy } from './EgressProxy';

let bench: TestBench;
let target: Server;
let targetPort: number;
let proxyPort: number;
let names: Record<string, LookupAddress[]>;
const ends: (() => void)[] = [];

beforeEach(async () => {
  target = createServer((message, response) => {
    response.setHeader('x-path', message.url ?? '');
    response.end(`served ${message.headers.host}`);
  });
  await new Promise<void>(resolve => target.listen(0, '127.0.0.1', resolve));
  targetPort = (target.address() as AddressInfo).port;
  names = {};
});

afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await bench.close();
  target.closeAllConnections();
  target.close();
});

async function start(allow: string[], more: Partial<AgentSettings> = {}) {
  const listen = async (services: SidecarServices) => {
    const proxy = new EgressProxy(services, async name => {
      if (names[name]) return names[name];
      throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
    });
    const server = createTcp(socket => proxy.serve(socket));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    proxyPort = (server.address() as AddressInfo).port;
    ends.push(() => {
      proxy.close();
      server.close();
    });
  };
  bench = await startTestBench('greenroom', {
    settings: { egress: { allow }, ...more },
    extensions: [listen],
    config: { env: {} },
  });
  await bench.operator.until('hello', () => bench.operator.hellos[0]);
  bench.operator.open(anOpening({ interactive: true }));
  await bench.operator.until('open', () =>
    bench.operator
      .messages('session_status')
      .find(({ state }) => state === 'open'),
  );
}

function get(url: string, headers: Record<string, string> = {}) {
  const { host } = new URL(url);
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request(
      {
        port: proxyPort,
        host: '127.0.0.1',
        path: url,
        headers: { host, ...headers },
      },
      response => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', piece => {
          body += piece;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

/** Everything that the proxy sends back to raw bytes. */
function raw(text: string) {
  return new Promise<string>((resolve, reject) => {
    const socket = connect(proxyPort, '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.setEncoding('utf8');
    socket.on('data', piece => {
      got += piece;
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}

function tunnel(authority: string, inside = '') {
  return raw(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n${inside}`,
  );
}

function denials() {
  return bench.operator
    .events(SESSION_ID)
    .filter(({ type }) => type === 'policy.denied')
    .map(({ payload }) => payload);
}

describe('EgressProxy', () => {
  it('connects to the address that a name was resolved to, once', async () => {
    names['api.example.com'] = [{ address: '127.0.0.1', family: 4 }];
    await start(['api.example.com', '127.0.0.0/8']);
    const answer = await get(`http://api.example.com:${targetPort}/a?b=c`);
    expect(answer).toEqual({
      status: 200,
      body: `served api.example.com:${targetPort}`,
    });
  });

  it('tunnels what is allowed', async () => {
    await start(['127.0.0.1']);
    const inside = `GET /x HTTP/1.1\r\nHost: inside\r\nConnection: close\r\n\r\n`;
    const answer = await tunnel(`127.0.0.1:${targetPort}`, inside);
    expect(answer).toContain('HTTP/1.1 200 Connection Established');
    expect(answer).toContain('served inside');
  });

  it.each(['plain', 'tunnel'])(
    'denies a host that nobody allowed (%s), says what would allow it, and records it',
    async kind => {
      await start(['api.example.com']);
      const sentence =
        'Agent "doctor" may not reach pastebin.com:80. Add "pastebin.com" to spec.egress.allow of Agent "doctor" in namespace "default" to allow it.';
      const answer =
        kind === 'plain'
          ? JSON.stringify(await get('http://pastebin.com/'))
          : await tunnel('pastebin.com:80');
      expect(answer).toContain('403');
      expect(answer.replaceAll('\\"', '"')).toContain(sentence);
      await bench.operator.until('denial', () => denials().length > 0);
      expect(denials()).toEqual([
        { about: 'egress', target: 'pastebin.com:80', message: sentence },
      ]);
    },
  );

  it.each([
    ['*', 'rebind.example.com', '127.0.0.1'],
    ['*.example.com', 'rebind.example.com', '10.0.0.5'],
    ['*', 'rebind.example.com', '::ffff:127.0.0.1'],
    ['rebind.example.com', 'rebind.example.com', '169.254.169.254'],
  ])(
    'refuses, allowing %s, the name %s that resolves to %s',
    async (allow, name, address) => {
      names[name] = [{ address, family: address.includes(':') ? 6 : 4 }];
      await start([allow]);
      const answer = await tunnel(`${name}:${targetPort}`);
      expect(answer).toMatch(/^HTTP\/1.1 403 /);
      expect(answer).toContain(`${name} resolves to ${address}`);
      expect(answer).toContain('spec.egress.allow');
    },
  );

  it.each([
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'LOCALHOST',
    'localhost.',
    '0.0.0.0',
    '169.254.169.254',
  ])('does not let %s through behind the pattern *', async host => {
    names.localhost = [{ address: '127.0.0.1', family: 4 }];
    await start(['*']);
    expect(await tunnel(`${host}:${targetPort}`)).toMatch(/^HTTP\/1.1 403 /);
  });

  it('refuses a request whose header names another host than its address', async () => {
    await start(['127.0.0.1']);
    const answer = await get(`http://127.0.0.1:${targetPort}/`, {
      host: 'internal.corp',
    });
    expect(answer).toEqual({
      status: 400,
      body: expect.stringContaining('Give both the same.'),
    });
  });

  it('says when a name does not resolve', async () => {
    await start(['*.example.com']);
    expect(await get('http://nowhere.example.com/')).toEqual({
      status: 502,
      body: 'nowhere.example.com does not resolve. Check the name.',
    });
  });

  it('obeys a Policy that denies what egress.allow allows', async () => {
    await start(['127.0.0.1'], {
      policies: [
        {
          name: 'egress',
          digest: 'p1',
          rules: [
            {
              name: 'no-local',
              about: 'egress',
              match: { hosts: ['127.0.0.1'] },
              action: 'Deny',
            },
          ],
        },
      ],
    });
    const { status, body } = await get(`http://127.0.0.1:${targetPort}/`);
    expect(status).toBe(403);
    expect(body).toContain('no-local');
    await bench.operator.until('denial', () => denials().length === 1);
  });

  it.each([
    'CONNECT nonsense HTTP/1.1\r\nHost: x\r\n\r\n',
    'CONNECT a:99999 HTTP/1.1\r\nHost: x\r\n\r\n',
    'CONNECT user:pass@127.0.0.1:80 HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /relative HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET ftp://127.0.0.1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET http://%00/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    `\u0016\u0003\u0001 hello\r\n\r\n`,
  ])('answers hostile input %j with an error, and goes on', async text => {
    await start(['127.0.0.1']);
    expect(await raw(text)).toMatch(/^HTTP\/1.1 4\d\d /);
    expect((await get(`http://127.0.0.1:${targetPort}/`)).status).toBe(200);
  });
});
