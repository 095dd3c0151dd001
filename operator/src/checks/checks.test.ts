import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkGit, commitOf } from './checkGit';
import { checkImage, loginFrom } from './checkImage';
import { checkNpm } from './checkNpm';
import { parseImage } from './parseImage';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach(server => server.close()));

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('parseImage', () => {
  it.each([
    ['alpine', 'registry-1.docker.io', 'library/alpine', 'latest'],
    ['grafana/grafana:11', 'registry-1.docker.io', 'grafana/grafana', '11'],
    ['ghcr.io/a/b/c:1.2', 'ghcr.io', 'a/b/c', '1.2'],
    ['localhost:5000/x', 'localhost:5000', 'x', 'latest'],
    [
      `ghcr.io/a/b:1@sha256:${'a'.repeat(64)}`,
      'ghcr.io',
      'a/b',
      `sha256:${'a'.repeat(64)}`,
    ],
  ])('%s', (image, registry, repository, reference) => {
    expect(parseImage(image)).toEqual({ registry, repository, reference });
  });

  it.each(['', 'UPPER/case', 'a b', '../x', 'x@sha256:short'])(
    'refuses "%s"',
    image => {
      expect(parseImage(image)).toBeUndefined();
    },
  );
});

describe('checkImage', () => {
  const digest = `sha256:${'1'.repeat(64)}`;

  it('answers a bearer challenge with the login of the pull secret', async () => {
    const host: string = await serve((request, response) => {
      if (request.url?.startsWith('/token')) {
        const isKnown =
          request.headers.authorization ===
          `Basic ${Buffer.from('ada:secret').toString('base64')}`;
        response
          .writeHead(isKnown ? 200 : 401)
          .end(JSON.stringify({ token: 'T' }));
      } else if (request.headers.authorization === 'Bearer T') {
        response.writeHead(200, { 'docker-content-digest': digest }).end();
      } else {
        response
          .writeHead(401, {
            'www-authenticate': `Bearer realm="http://${host}/token",service="s",scope="repository:a/b:pull"`,
          })
          .end();
      }
    });
    const config = JSON.stringify({
      auths: { [host]: { auth: Buffer.from('ada:secret').toString('base64') } },
    });
    const image = `${host}/a/b:1`;
    expect(await checkImage(image, loginFrom(config, image))).toEqual({
      ok: true,
      version: '1',
      digest,
    });
    expect(await checkImage(image, undefined)).toMatchObject({
      ok: false,
      message: expect.stringContaining('secretRef'),
    });
  });

  it('never sends a login to another host that a registry names without TLS', async () => {
    let asked = 0;
    const other = await serve((_, response) => {
      asked++;
      response.end(JSON.stringify({ token: 'T' }));
    });
    const host = await serve((_, response) => {
      response
        .writeHead(401, {
          'www-authenticate': `Bearer realm="http://${other}/token"`,
        })
        .end();
    });
    await checkImage(`${host}/a/b:1`, { username: 'ada', password: 'secret' });
    expect(asked).toBe(0);
  });

  it('says that an image does not exist', async () => {
    const host = await serve((_, response) => response.writeHead(404).end());
    expect(await checkImage(`${host}/a/b:1`, undefined)).toMatchObject({
      ok: false,
      message: expect.stringContaining('does not exist'),
    });
  });
});

describe('checkNpm', () => {
  it('tells the newest version, an exact one, and that one is missing', async () => {
    const host = await serve((request, response) => {
      if (request.url !== '/@a%2fb') {
        response.writeHead(404).end();
        return;
      }
      response.end(
        JSON.stringify({
          'dist-tags': { latest: '2.0.0' },
          versions: {
            '1.0.0': {},
            '2.0.0': { dist: { integrity: 'sha512-x' } },
          },
        }),
      );
    });
    const registryURL = `http://${host}`;
    expect(await checkNpm({ name: '@a/b', registryURL })).toEqual({
      ok: true,
      version: '2.0.0',
      digest: 'sha512-x',
    });
    expect(
      await checkNpm({ name: '@a/b', version: '1.0.0', registryURL }),
    ).toEqual({ ok: true, version: '1.0.0' });
    expect(
      await checkNpm({ name: '@a/b', version: '3.0.0', registryURL }),
    ).toMatchObject({ ok: false });
    expect(await checkNpm({ name: 'nobody', registryURL })).toMatchObject({
      ok: false,
      message: expect.stringContaining('not in'),
    });
  });
});

describe('checkGit', () => {
  let folder: string;
  let head: string;
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'greenroom-check-'));
    git('init', '-q', '-b', 'main');
    writeFileSync(path.join(folder, 'a'), 'a');
    git('add', 'a');
    git(
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@example.com',
      'commit',
      '-qm',
      'a',
    );
    head = git('rev-parse', 'HEAD');
    git(
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@example.com',
      'tag',
      '-am',
      'v1',
      'v1',
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['HEAD', 'main', 'v1'])('finds the commit of %s', async ref => {
    expect(await checkGit({ repository: `file://${folder}`, ref })).toEqual({
      ok: true,
      version: ref,
      digest: head,
    });
  });

  it('says what is missing', async () => {
    expect(
      await checkGit({ repository: `file://${folder}`, ref: 'gone' }),
    ).toMatchObject({
      ok: false,
      message: expect.stringContaining('no branch or tag "gone"'),
    });
    expect(
      await checkGit({ repository: `file://${folder}-gone`, ref: 'main' }),
    ).toMatchObject({ ok: false });
  });

  it('takes a branch over a tag of the same name only when asked for the branch', () => {
    expect(commitOf('1\trefs/heads/x\n2\trefs/tags/x', 'x')).toBe('1');
    expect(commitOf('2\trefs/tags/x\n3\trefs/tags/x^{}', 'x')).toBe('3');
  });
});
