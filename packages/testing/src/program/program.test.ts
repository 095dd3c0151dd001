import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { ProcessUnderTest } from '../faults/ProcessUnderTest';

const root = path.resolve(__dirname, '../../../..');
const bundle = path.join(root, 'packages/testing/dist/testing.mjs');
const started: ProcessUnderTest[] = [];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-testing-'));
  await promisify(execFile)(process.execPath, [
    path.join(root, 'tools/build/bundle.mjs'),
    'testing',
  ]);
}, 120_000);
afterEach(async () => {
  await Promise.all(started.splice(0).map(each => each.killHard()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function aFile(name: string, content: string) {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

async function run(...args: string[]) {
  const each = await ProcessUnderTest.start({
    command: process.execPath,
    args: [bundle, ...args],
  });
  started.push(each);
  return each;
}

async function readyLine(each: ProcessUnderTest) {
  return JSON.parse(await each.line(/^\{"ready":true/));
}

describe('the bundled program', () => {
  it('runs the fake model by a file of rules, behind a proxy that cuts it off', async () => {
    const rules = await aFile(
      'rules.yaml',
      '- when: { contains: hello }\n  reply: { text: from the file }\n',
    );
    const model = await run('fake-model', '--rules', rules);
    const { url } = await readyLine(model);
    const proxy = await run('fault-proxy', '--target', new URL(url).host);
    const { port, control } = await readyLine(proxy);
    const ask = async () => {
      const response = await fetch(
        `http://127.0.0.1:${port}/v1/chat/completions`,
        {
          method: 'POST',
          headers: { connection: 'close' },
          body: JSON.stringify({
            model: 'fake',
            messages: [{ role: 'user', content: 'hello' }],
          }),
        },
      );
      return response.text();
    };
    expect(await ask()).toContain('from the file');
    await fetch(`${control}/plan`, {
      method: 'PUT',
      body: JSON.stringify({ cutAfter: { down: 40 } }),
    });
    await expect(ask()).rejects.toThrow();
    expect(await model.stop()).toEqual({ code: 0, signal: null });
  });

  it('serves scripted tools over standard input and output', async () => {
    const tools = await aFile(
      'tools.yaml',
      '- name: greet\n  description: Greets.\n  reply: { text: Good day }\n',
    );
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [bundle, 'fake-mcp', '--stdio', '--tools', tools],
      }),
    );
    expect((await client.listTools()).tools).toMatchObject([
      { name: 'greet', description: 'Greets.' },
    ]);
    expect(
      await client.callTool({ name: 'greet', arguments: {} }),
    ).toMatchObject({ content: [{ text: 'Good day' }] });
    await client.close();
  });

  it('says what is wrong with a script, and how it is called', async () => {
    const rules = await aFile('bad.yaml', '- reply: { txt: typo }\n');
    const each = await run('fake-model', '--rules', rules);
    expect(await each.ended).toEqual({ code: 1, signal: null });
    const said = each.output.all.map(({ text }) => text).join('\n');
    expect(said).toContain('bad.yaml is not as it should be');
    expect(said).toContain('txt');
    expect(said).toContain('Usage: testing fake-model');
  });
});
