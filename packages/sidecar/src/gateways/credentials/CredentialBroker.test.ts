import { writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { CredentialSettings } from '@greenroom/protocol';
import {
  anOpening,
  SESSION_ID,
  startTestBench,
  type TestBench,
} from '../../testkit/startTestSidecar';
import { credentialRoutes } from './credentialRoutes';

const SECRET = 'ghp_Zx81hQ0aTn5kLw3vPr7yBd2m';

let bench: TestBench;
let server: Server;
let host: string;
let seen: IncomingMessage[];

async function start(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  credential: Partial<CredentialSettings> = {},
) {
  seen = [];
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  bench = await startTestBench('greenroom', {
    settings: {
      credentials: [
        {
          name: 'github',
          expose: 'Broker',
          hosts: [host],
          key: 'token',
          ...credential,
        },
      ],
    },
    secrets: { 'github/token': `${SECRET}\n` },
    extensions: [credentialRoutes],
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

afterEach(async () => {
  await bench.close();
  server.closeAllConnections();
  server.close();
});

const broker = (target: string, init?: RequestInit) =>
  fetch(bench.url(`/proxy/github/${target}`), { redirect: 'manual', ...init });

describe('CredentialBroker', () => {
  it('puts the secret in and passes the rest on as it is', async () => {
    await start((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', () =>
        response.writeHead(201, { 'x-kept': 'yes' }).end(Buffer.concat(chunks)),
      );
    });
    const answer = await broker(`http://${host}/a%2Fb/?session=1&q=%20`, {
      method: 'POST',
      body: 'hello',
      headers: {
        authorization: 'Bearer of-the-agent',
        'x-greenroom-session': SESSION_ID,
        'x-own': '1',
      },
    });
    expect([
      answer.status,
      answer.headers.get('x-kept'),
      await answer.text(),
    ]).toEqual([201, 'yes', 'hello']);
    const [{ method, url, headers }] = seen;
    expect([method, url]).toEqual(['POST', '/a%2Fb/?session=1&q=%20']);
    expect(headers).toMatchObject({
      authorization: `Bearer ${SECRET}`,
      host,
      'x-own': '1',
    });
    expect(headers).not.toHaveProperty('x-greenroom-session');
  });

  it('puts the secret as it is into a header of its own', async () => {
    await start((_request, response) => response.end('ok'), {
      header: 'X-Api-Key',
    });
    await broker(`http://${host}/`);
    expect(seen[0].headers['x-api-key']).toBe(SECRET);
    expect(seen[0].headers.authorization).toBeUndefined();
  });

  it('uses a changed secret with the next request', async () => {
    await start((_request, response) => response.end('ok'));
    await broker(`http://${host}/`);
    writeFileSync(
      join(bench.folder, 'credentials/github/token'),
      'rotated-1f8e',
    );
    await broker(`http://${host}/`);
    expect(seen[1].headers.authorization).toBe('Bearer rotated-1f8e');
  });

  it('does not show the secret to the agent, whatever the server repeats', async () => {
    await start((request, response) => {
      const { authorization = '' } = request.headers;
      response.setHeader('x-echo', authorization);
      response.write(authorization.slice(0, 20));
      setImmediate(() => response.end(`${authorization.slice(20)} done`));
    });
    const answer = await broker(`http://${host}/`);
    const text = await answer.text();
    expect(text).toMatch(/ done$/);
    expect(text + JSON.stringify([...answer.headers])).not.toContain(SECRET);
  });

  it('follows no redirect itself, and leads back through itself only to where the secret may go', async () => {
    let location = '';
    await start((_request, response) =>
      response.writeHead(302, { location }).end(),
    );
    location = '/next?x=1';
    const inside = await broker(`http://${host}/`);
    expect(inside.headers.get('location')).toBe(
      `/proxy/github/http://${host}/next?x=1`,
    );
    location = 'https://evil.example.com/steal';
    const outside = await broker(`http://${host}/`);
    expect([outside.status, outside.headers.get('location')]).toEqual([
      302,
      location,
    ]);
    expect(seen).toHaveLength(2);
  });

  it('answers 403 for any other host, says what would allow it, and records it', async () => {
    await start((_request, response) => response.end('ok'));
    const answer = await broker('evil.example.com/steal');
    const { error } = (await answer.json()) as {
      error: { code: string; message: string };
    };
    expect([answer.status, error.code]).toEqual([403, 'CredentialDenied']);
    expect(error.message).toContain('Add "evil.example.com" to its hosts');
    const denial = await bench.operator.until('denial', () =>
      bench.operator
        .events(SESSION_ID)
        .find(({ type }) => type === 'policy.denied'),
    );
    expect(denial.payload).toEqual({
      about: 'credential',
      target: 'github for evil.example.com',
      message: error.message,
    });
    expect(seen).toHaveLength(0);
  });

  it.each([
    '',
    '/',
    'http:///x',
    'http://user:pass@HOST/',
    'file:///etc/passwd',
    '%00/',
    'HOST@evil.example.com/',
    'http://HOST%2F@evil.example.com/',
  ])('does not let the secret out for the hostile target "%s"', async text => {
    await start((_request, response) => response.end('ok'));
    const answer = await broker(text.replace('HOST', host));
    expect([400, 403]).toContain(answer.status);
    expect(seen).toHaveLength(0);
  });

  it('stops the request when the turn ends', async () => {
    const arrived = new Promise<IncomingMessage>(resolve => {
      void start(resolve).then(() => broker(`http://${host}/`));
    });
    const { socket } = await arrived;
    const closed = new Promise<void>(resolve =>
      socket.once('close', () => resolve()),
    );
    bench.sidecar.services.sessions.turnSignals.end(SESSION_ID, 'cancelled');
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
