import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOutContext } from '../carryOut/checkOutContext';
import type { Surroundings } from '../carryOut/Surroundings';
import { planContexts } from '../plan/planContexts';
import { localCertificate } from '../testkit/localCertificate';

const password = 'p@ss w0rd/"x';
let folder: string;
let server: Server;
let url: string;
let failures = 0;

/** Git's own CGI behind https with a password, as a Git host has it. */
function serveGit(root: string): Server {
  return createServer(localCertificate, (request, response) => {
    const wanted = `Basic ${Buffer.from(`jane:${password}`).toString(
      'base64',
    )}`;
    if (failures > 0) {
      failures -= 1;
      request.socket.destroy();
      return;
    }
    if (request.headers.authorization !== wanted) {
      response
        .writeHead(401, { 'www-authenticate': 'Basic realm="git"' })
        .end();
      return;
    }
    const [path, query = ''] = (request.url ?? '').split('?');
    const cgi = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: path,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: 'jane',
        REMOTE_ADDR: '127.0.0.1',
      },
    });
    request.pipe(cgi.stdin);
    const chunks: Buffer[] = [];
    cgi.stdout.on('data', chunk => chunks.push(chunk));
    cgi.on('close', () => {
      const output = Buffer.concat(chunks);
      const split = output.indexOf('\r\n\r\n');
      const headers = Object.fromEntries(
        output
          .subarray(0, split)
          .toString()
          .split('\r\n')
          .map(line => line.split(/: (.*)/s).slice(0, 2)),
      );
      const { Status: status, ...rest } = headers;
      response
        .writeHead(Number.parseInt(status ?? '200', 10), rest)
        .end(output.subarray(split + 4));
    });
  });
}

beforeEach(async () => {
  failures = 0;
  folder = mkdtempSync(join(tmpdir(), 'greenroom-https-'));
  for (const name of ['origin', 'workspace', 'scratch'])
    mkdirSync(join(folder, name));
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args],
      { cwd: join(folder, 'origin'), stdio: 'pipe' },
    );
  git('init', '-q', '-b', 'main');
  writeFileSync(join(folder, 'origin', 'README.md'), 'over https\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'First');
  writeFileSync(join(folder, 'ca.pem'), localCertificate.cert);
  server = serveGit(folder);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${
    (server.address() as AddressInfo).port
  }/origin/.git`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const cloneWith = async (
  secret: Record<string, string> | undefined,
  more: Partial<Surroundings> = {},
) => {
  const plan = planContexts(
    [
      {
        name: 'repo',
        type: 'Git',
        mountPath: 'repo',
        git: { repository: url, secretRef: { name: 'git' } },
      },
    ],
    '/workspace',
  );
  return await checkOutContext(plan, plan.checkouts[0], {
    workspaceDir: join(folder, 'workspace'),
    scratchDir: join(folder, 'scratch'),
    secret: async () => secret,
    localRepositories: [],
    caFile: join(folder, 'ca.pem'),
    env: { PATH: process.env.PATH },
    timeoutMs: 20_000,
    ...more,
  });
};
function filesBelow(path: string): string[] {
  return statSync(path).isDirectory()
    ? readdirSync(path).flatMap(name => filesBelow(join(path, name)))
    : [path];
}

describe('a repository over https', () => {
  it('is cloned with user and password and the company’s authority, and neither is left behind', async () => {
    await cloneWith({ username: 'jane', password });
    expect(readFileSync(join(folder, 'workspace/repo/README.md'), 'utf8')).toBe(
      'over https\n',
    );
    for (const file of filesBelow(join(folder, 'workspace')))
      expect(readFileSync(file, 'latin1')).not.toContain('w0rd');
    expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
  });

  it('is tried again when the connection breaks', async () => {
    failures = 1;
    await cloneWith({ username: 'jane', token: password });
    expect(readFileSync(join(folder, 'workspace/repo/README.md'), 'utf8')).toBe(
      'over https\n',
    );
  });

  it('is refused at once with a wrong password, which no message repeats', async () => {
    const refusal = cloneWith({ username: 'jane', password: 'wr0ng-pass' });
    await expect(refusal).rejects.toThrow(
      /Context "repo" could not clone .*Authentication failed/,
    );
    await expect(refusal).rejects.not.toThrow('wr0ng-pass');
  });

  it('says that its Secret is missing, and that nobody vouches for the server', async () => {
    await expect(cloneWith(undefined)).rejects.toThrow(
      'Secret "git" was not found',
    );
    await expect(
      cloneWith(
        { username: 'jane', password },
        { caFile: undefined, env: { PATH: process.env.PATH } },
      ),
    ).rejects.toThrow(/certificate/i);
  }, 20_000);
});
