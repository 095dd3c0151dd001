import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localCertificate } from '../testkit/localCertificate';
import {
  authorizationOf,
  fetchUrl,
  LARGEST_URL_CONTEXT_BYTES,
  type UrlRequest,
} from './fetchUrl';

let servers: Server[] = [];
const seen: { url: string; headers: IncomingMessage['headers'] }[] = [];

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  secure = true,
): Promise<string> {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    answer(request, response);
  };
  const server = secure
    ? createServer(localCertificate, listener)
    : (createHttpServer(listener) as unknown as Server);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `${secure ? 'https' : 'http'}://127.0.0.1:${
    (server.address() as AddressInfo).port
  }`;
}
const ask = (source: string, more: Partial<UrlRequest> = {}) =>
  fetchUrl({
    source,
    headers: {},
    insecureSkipTLSVerify: false,
    timeoutMs: 5_000,
    ca: [localCertificate.cert],
    ...more,
  });

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
  servers = [];
  seen.length = 0;
});

describe('fetchUrl', () => {
  it('fetches over https with the company’s authority, its headers and its Secret', async () => {
    const url = await serve((_, response) => response.end('content ü'));
    const content = await ask(`${url}/x`, {
      headers: { 'x-team': 'a' },
      secret: { token: 't0ken\n' },
    });
    expect(content.toString()).toBe('content ü');
    expect(seen[0].headers).toMatchObject({
      'x-team': 'a',
      authorization: 'Bearer t0ken',
    });
  });

  it('refuses a server it does not trust, unless told otherwise', async () => {
    const url = await serve((_, response) => response.end('x'));
    await expect(ask(url, { ca: undefined })).rejects.toThrow(
      'could not be fetched: self-signed certificate',
    );
    expect(
      (
        await ask(url, { ca: undefined, insecureSkipTLSVerify: true })
      ).toString(),
    ).toBe('x');
  });

  it('follows redirects and leaves credentials and headers behind at another origin', async () => {
    const other = await serve((_, response) => response.end('there'));
    const url = await serve((request, response) =>
      response
        .writeHead(302, {
          location: request.url === '/' ? '/again' : `${other}/file`,
        })
        .end(),
    );
    expect(
      (
        await ask(url, {
          headers: { 'x-key': 'k' },
          secret: { username: 'u', password: 'p' },
        })
      ).toString(),
    ).toBe('there');
    expect(
      seen.map(({ headers }) => [
        headers.authorization !== undefined,
        headers['x-key'],
      ]),
    ).toEqual([
      [true, 'k'],
      [true, 'k'],
      [false, undefined],
    ]);
  });

  it('never goes from https to http, and not round for ever', async () => {
    const plain = await serve((_, response) => response.end('x'), false);
    const url = await serve((request, response) =>
      response
        .writeHead(302, {
          location: request.url === '/plain' ? plain : '/loop',
        })
        .end(),
    );
    await expect(ask(`${url}/plain`)).rejects.toThrow(
      'redirects to http://, which is not followed',
    );
    await expect(ask(`${url}/loop`)).rejects.toThrow(
      'redirects more than 5 times',
    );
  });

  it('ends at 10 MiB, at its time-out, and at an error, with a sentence', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/large')
        response.end(Buffer.alloc(LARGEST_URL_CONTEXT_BYTES + 1));
      else if (request.url === '/exact')
        response.end(Buffer.alloc(LARGEST_URL_CONTEXT_BYTES));
      else if (request.url === '/missing') response.writeHead(404).end();
    });
    expect((await ask(`${url}/exact`)).length).toBe(LARGEST_URL_CONTEXT_BYTES);
    await expect(ask(`${url}/large`)).rejects.toThrow('larger than 10 MiB');
    await expect(ask(`${url}/missing`)).rejects.toThrow(
      'the server answered 404 Not Found',
    );
    await expect(ask(`${url}/silent`, { timeoutMs: 50 })).rejects.toThrow(
      'took longer than 0.05 s',
    );
  });

  it('goes through the proxy', async () => {
    const proxy = await serve(
      (request, response) => response.end(`proxied ${request.url}`),
      false,
    );
    const content = await ask('http://somewhere.example/file', {
      proxyEnv: { HTTP_PROXY: proxy },
    });
    expect(content.toString()).toBe('proxied http://somewhere.example/file');
  });

  it('says what a Secret lacks', () => {
    expect(() => authorizationOf({ key: 'x' })).toThrow('neither "token"');
    expect(authorizationOf({ authorization: 'Custom x' })).toBe('Custom x');
  });
});
