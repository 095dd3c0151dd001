import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Client,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import {
  anOpening,
  SESSION_ID,
  startTestBench,
  type TestBench,
} from '../testkit/startTestSidecar';

let bench: TestBench;
let client: Client;

/** A client of either revision of the protocol. */
async function connect(versionNegotiation?: { mode: 'auto' }): Promise<Client> {
  const connected = new Client(
    { name: 'test', version: '1' },
    versionNegotiation ? { versionNegotiation } : {},
  );
  await connected.connect(
    new StreamableHTTPClientTransport(new URL(bench.url('/mcp')), {
      requestInit: { headers: { 'x-greenroom-session': SESSION_ID } },
    }),
  );
  return connected;
}
const textOf = (result: { content: unknown }) =>
  (result.content as { text: string }[])[0].text;

beforeEach(async () => {
  bench = await startTestBench('greenroom');
  await bench.operator.until('ready', () =>
    bench.operator
      .messages('runtime_status')
      .some(({ state }) => state === 'ready'),
  );
  bench.operator.open(anOpening());
  await bench.operator.event(SESSION_ID, 'task.started');
});
afterEach(async () => {
  await client?.close();
  await bench.close();
});

describe.each([
  ['2025-11-25', undefined],
  ['2026-07-28', { mode: 'auto' as const }],
])('the greenroom MCP server, spoken to in revision %s', (_, negotiation) => {
  beforeEach(async () => {
    client = await connect(negotiation);
  });

  it('offers its tools and shows a status', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'emit_artifact',
      'emit_status',
      'end_session',
      'list_agents',
      'notify',
      'request_input',
      'request_permission',
      'share_file',
    ]);
    await client.callTool({
      name: 'emit_status',
      arguments: { text: 'Reading', progress: { done: 1, total: 2 } },
    });
    const event = await bench.operator.event(SESSION_ID, 'agent.status');
    expect(event.payload).toEqual({
      text: 'Reading',
      progress: { done: 1, total: 2 },
    });
  });

  it('waits for a permission until a person decides', async () => {
    const asking = client.callTool({
      name: 'request_permission',
      arguments: { action: 'Delete the branch', reason: 'It is merged.' },
    });
    const requested = await bench.operator.event(
      SESSION_ID,
      'approval.requested',
    );
    bench.operator.send({
      type: 'decision',
      session_id: SESSION_ID,
      request_id: requested.payload.request_id,
      approval: requested.payload.approval,
      approved: true,
      edited_arguments: { branch: 'b' },
      decided_by: 'jane',
    });
    expect(await asking).toMatchObject({
      structuredContent: {
        approved: true,
        edited_arguments: { branch: 'b' },
        decided_by: 'jane',
      },
    });
  });
});

describe('the greenroom MCP server', () => {
  beforeEach(async () => {
    client = await connect({ mode: 'auto' });
  });

  it('takes an expired question’s default as its answer', async () => {
    const asking = client.callTool({
      name: 'request_input',
      arguments: { question: 'Which?', choices: ['a', 'b'], default: 'b' },
    });
    const { payload } = await bench.operator.event(
      SESSION_ID,
      'approval.requested',
    );
    bench.operator.send({
      type: 'decision',
      session_id: SESSION_ID,
      request_id: payload.request_id,
      approval: payload.approval,
      approved: false,
      expired: true,
    });
    expect(textOf(await asking)).toBe('b');
    expect(
      (await bench.operator.event(SESSION_ID, 'approval.expired')).payload,
    ).toMatchObject({ approved: false });
  });

  it('takes an artifact from the workspace, with its digest, and large ones as blobs', async () => {
    writeFileSync(join(bench.config.workspaceDir, 'report.md'), '# Report\n');
    writeFileSync(
      join(bench.config.workspaceDir, 'data.csv'),
      'a,b\n'.repeat(30_000),
    );
    await client.callTool({
      name: 'emit_artifact',
      arguments: {
        name: 'report.md',
        media_type: 'text/markdown',
        path: '/workspace/report.md',
        answer: true,
      },
    });
    await client.callTool({
      name: 'emit_artifact',
      arguments: { name: 'data.csv', media_type: 'text/csv', path: 'data.csv' },
    });
    const artifacts = () =>
      bench.operator
        .events(SESSION_ID)
        .filter(({ type }) => type === 'agent.artifact');
    await bench.operator.until('two artifacts', () => artifacts().length === 2);
    expect(artifacts()[0].payload).toMatchObject({
      path: 'report.md',
      content: '# Report\n',
      bytes: 9,
      answer: true,
    });
    const { digest, bytes, content } = artifacts()[1].payload as {
      digest: string;
      bytes: number;
      content?: string;
    };
    expect([bytes, content]).toEqual([120_000, undefined]);
    await bench.operator.until(
      'the blob',
      () => bench.operator.blobs.get(digest)?.length === 120_000,
    );
  });

  it('never reads outside the workspace, and says why', async () => {
    symlinkSync('/etc', join(bench.config.workspaceDir, 'link'));
    for (const path of [
      '../token',
      '/etc/passwd',
      'link/passwd',
      'missing.txt',
    ]) {
      const result = await client.callTool({
        name: 'emit_artifact',
        arguments: { name: 'x', media_type: 'text/plain', path },
      });
      expect(result.isError).toBe(true);
      expect(textOf(result)).toContain(path);
    }
    expect(
      bench.operator.events(SESSION_ID).map(({ type }) => type),
    ).not.toContain('agent.artifact');
  });

  it('shares the files of a folder', async () => {
    mkdirSync(join(bench.config.workspaceDir, 'site/img'), { recursive: true });
    writeFileSync(
      join(bench.config.workspaceDir, 'site/index.html'),
      '<h1>Hi</h1>',
    );
    writeFileSync(join(bench.config.workspaceDir, 'site/img/a.svg'), '<svg/>');
    await client.callTool({
      name: 'share_file',
      arguments: { path: 'site', title: 'A site' },
    });
    const { payload } = await bench.operator.event(SESSION_ID, 'agent.share');
    expect(payload).toMatchObject({
      share_type: 'site',
      entry_point: 'site/index.html',
      total_bytes: 17,
    });
    expect(payload.files.map(({ path }) => path)).toEqual([
      'site/img/a.svg',
      'site/index.html',
    ]);
    await bench.operator.until('blobs', () => bench.operator.blobs.size === 2);
  });

  it('notifies people, lists agents, and passes the operator’s refusal on', async () => {
    bench.operator.answer = ({ method }) =>
      method === 'list_agents'
        ? { agents: [{ namespace: 'default', name: 'other', phase: 'Ready' }] }
        : { name: 'note-1' };
    expect(
      textOf(await client.callTool({ name: 'list_agents', arguments: {} })),
    ).toBe('default/other (Ready)');
    await client.callTool({
      name: 'notify',
      arguments: { message: 'Done', type: 'success' },
    });
    expect(
      (await bench.operator.event(SESSION_ID, 'agent.notification')).payload,
    ).toMatchObject({ message: 'Done', notification: 'note-1' });
  });

  it('ends the session with its summary as the result', async () => {
    await client.callTool({
      name: 'end_session',
      arguments: { summary: 'All is well.' },
    });
    expect(
      (await bench.operator.event(SESSION_ID, 'session.completed')).payload,
    ).toEqual({ result: 'All is well.', reason: 'AgentEnded' });
    await bench.operator.until('closed', () =>
      bench.operator
        .messages('session_status')
        .some(({ state }) => state === 'closed'),
    );
  });

  it('refuses arguments that do not fit', async () => {
    const result = await client
      .callTool({ name: 'emit_status', arguments: { text: '' } })
      .catch((error: Error) => ({
        isError: true,
        content: [{ text: error.message }],
      }));
    expect(result.isError).toBe(true);
  });
});
