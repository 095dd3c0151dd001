import {
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { startTestBench, type TestBench } from '../testkit/startTestSidecar';

let bench: TestBench;
beforeEach(async () => {
  bench = await startTestBench('plain');
});
afterEach(() => bench.close());

/** A request whose path is sent as it is, which `fetch` would clean. */
function ask(
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', port: bench.sidecar.ports.agent, method, path },
      response => {
        let text = '';
        response.setEncoding('utf8').on('data', chunk => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text }),
        );
      },
    )
      .on('error', reject)
      .end(body);
  });
}

describe('the workspace routes', () => {
  it('write, read and list files', async () => {
    expect(
      (await ask('PUT', '/v1/workspace/files/a/b%20c.md', '# Hi')).status,
    ).toBe(201);
    expect(
      readFileSync(join(bench.config.workspaceDir, 'a/b c.md'), 'utf8'),
    ).toBe('# Hi');
    expect(await ask('GET', '/v1/workspace/files/a/b%20c.md')).toEqual({
      status: 200,
      text: '# Hi',
    });
    const { entries } = JSON.parse(
      (await ask('GET', '/v1/workspace/files/a')).text,
    );
    expect(entries).toMatchObject([{ name: 'b c.md', type: 'file', bytes: 4 }]);
    expect(
      (await ask('PUT', '/v1/workspace/files/a/b%20c.md', '')).status,
    ).toBe(200);
    expect(
      statSync(join(bench.config.workspaceDir, 'a/b c.md')).mode % 0o10,
    ).toBe(0o4);
  });

  it('never leave the workspace', async () => {
    writeFileSync(join(bench.folder, 'outside.txt'), 'secret');
    symlinkSync(bench.folder, join(bench.config.workspaceDir, 'out'));
    symlinkSync(
      join(bench.folder, 'outside.txt'),
      join(bench.config.workspaceDir, 'file'),
    );
    for (const path of [
      '../outside.txt',
      '%2e%2e/outside.txt',
      '..%2foutside.txt',
      'out/outside.txt',
      'file',
      '%2fetc%2fpasswd',
      'a%00b',
      'x/../../outside.txt',
    ]) {
      for (const method of ['GET', 'PUT']) {
        const { status, text } = await ask(
          method,
          `/v1/workspace/files/${path}`,
          method === 'PUT' ? 'x' : undefined,
        );
        expect([path, method, status >= 400]).toEqual([path, method, true]);
        expect(text).not.toContain('secret');
      }
    }
    expect(readFileSync(join(bench.folder, 'outside.txt'), 'utf8')).toBe(
      'secret',
    );
  });

  it('say what is not there, or is no file', async () => {
    mkdirSync(join(bench.config.workspaceDir, 'folder'));
    expect((await ask('GET', '/v1/workspace/files/missing')).status).toBe(404);
    expect((await ask('PUT', '/v1/workspace/files/folder', 'x')).status).toBe(
      409,
    );
    expect((await ask('DELETE', '/v1/workspace/files/folder')).status).toBe(
      404,
    );
  });
});

describe('git-sync’s reports', () => {
  it('reach the operator, and are told again after a reconnect', async () => {
    await bench.operator.until(
      'hello',
      () => bench.operator.hellos.length === 1,
    );
    const report = {
      context: 'docs',
      phase: 'Blocked',
      commit: 'abc',
      observed: 'def',
      message: '"x" changed',
      at: '2026-11-21T12:00:00.000Z',
      repository: 'r',
      ref: 'HEAD',
    };
    expect(
      (await ask('POST', '/v1/git-sync', JSON.stringify(report))).status,
    ).toBe(200);
    const told = () => bench.operator.messages('git_status');
    await bench.operator.until('the report', () => told().length === 1);
    expect(told()[0].repositories).toEqual([
      {
        name: 'docs',
        phase: 'Waiting',
        commit: 'abc',
        observed_commit: 'def',
        last_check_time: report.at,
        message: '"x" changed',
      },
    ]);
    bench.operator.disconnect();
    await bench.operator.until('the report again', () => told().length === 2);
    expect((await ask('POST', '/v1/git-sync', '{"phase":1}')).status).toBe(400);
  });
});
