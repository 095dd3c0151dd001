import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FakeMcp,
  FakeModel,
  type ModelReply,
  type ScriptedTool,
} from '@greenroom/testing';
import {
  startTestRuntime,
  type TestRuntime,
} from '../testing/startTestRuntime';

describe('a conversation', () => {
  let runtime: TestRuntime;
  let model: FakeModel;
  let issues: FakeMcp;

  afterEach(async () => {
    await runtime.stop();
    await model.stop();
    await issues.stop();
  });

  /** The model gives these replies in turn; the fake stands where the sidecar would. */
  async function start(
    replies: ModelReply[],
    open: object = {},
    tools: ScriptedTool[] = [],
  ) {
    model = await FakeModel.start({
      rules: replies.map(reply => ({ times: 1, reply })),
    });
    issues = await FakeMcp.start({ tools });
    runtime = await startTestRuntime(model.url);
    await runtime.post('/open', {
      session_id: 's',
      mode: 'Supervised',
      instructions: 'Be brief.',
      model: { name: 'fast', provider: 'anthropic', model: 'claude-test' },
      interactive: true,
      ...open,
      ...(tools.length && { mcp: [{ name: 'issues', path: issues.url }] }),
    });
  }

  /** What the n-th request to the model held. */
  function body(index: number): any {
    return model.requests.all.at(index)?.body;
  }

  let turns = 0;
  async function say(text: string) {
    turns += 1;
    await runtime.post('/inject', {
      session_id: 's',
      turn_id: `turn-${turns}`,
      event_id: `input-${turns}`,
      text,
    });
    return `turn-${turns}`;
  }

  async function outcomeOf(text: string) {
    return (await runtime.end(await say(text))).payload;
  }

  function said(type: string) {
    return runtime.events.filter(event => event.type === type);
  }

  it.each(['anthropic', 'openai', 'openai-compatible'])(
    'streams an answer of %s and remembers what was said',
    async provider => {
      await start(
        [
          { text: 'Hello there.', usage: { input: 10, output: 7 } },
          { text: 'You said hi.' },
        ],
        {
          model: { name: 'fast', provider, model: 'test' },
        },
      );
      expect(await outcomeOf('hi')).toEqual({
        outcome: 'completed',
        answer: 'Hello there.',
      });
      const [block] = said('agent.text');
      const deltas = said('delta.text').map(event => event.payload);
      expect(block.payload).toEqual({ text: 'Hello there.' });
      expect(deltas.map(delta => delta.text).join('')).toBe('Hello there.');
      expect(deltas.every(delta => delta.event_id === block.event_id)).toBe(
        true,
      );
      expect(said('agent.usage')[0].payload).toMatchObject({
        model: 'fast',
        provider,
        source: 'runtime',
        input_tokens: 10,
        output_tokens: 7,
      });
      await outcomeOf('what did I say?');
      const [first, second] = model.requests.all;
      expect(first.path).toMatch(/^\/llm\/fast\/v1\//);
      expect(first.headers['x-greenroom-session']).toBe('s');
      expect(JSON.stringify(first.body)).toContain('Be brief.');
      expect(JSON.stringify(second.body)).toContain('Hello there.');
    },
  );

  it('shows what the model thinks, and hands its signature back', async () => {
    await start([
      {
        thinking: 'Let me look.',
        toolCalls: [{ id: 'c1', name: 'list_files', arguments: {} }],
      },
      { text: 'Nothing there.' },
    ]);
    await outcomeOf('what is here?');
    expect(said('agent.thinking')[0].payload).toEqual({ text: 'Let me look.' });
    expect(JSON.stringify(body(1))).toContain('"signature"');
  });

  it('works with files and programs of the workspace', async () => {
    const call = (
      id: string,
      name: string,
      input: Record<string, unknown>,
    ): ModelReply => ({ toolCalls: [{ id, name, arguments: input }] });
    await start([
      call('1', 'write_file', { path: 'src/a.txt', content: 'one\ntwo\n' }),
      call('2', 'edit_file', {
        path: 'src/a.txt',
        old_text: 'two',
        new_text: 'three',
      }),
      call('3', 'read_file', { path: 'src/a.txt' }),
      call('4', 'search_files', { pattern: 'thr+e', path: 'src' }),
      call('5', 'list_files', { depth: 2 }),
      call('6', 'run', { command: 'wc -l < src/a.txt' }),
      { text: 'Done.' },
    ]);
    expect(await outcomeOf('go')).toEqual({
      outcome: 'completed',
      answer: 'Done.',
    });
    const results = said('agent.tool_result').map(event => event.payload);
    expect(results.map(result => result.is_error)).toEqual(
      Array(6).fill(false),
    );
    expect(results[2].content).toContain('2\tthree');
    expect(results[3].content).toMatch(/src\/a\.txt:2:three/);
    expect(results[4].content).toBe('src/\nsrc/a.txt');
    expect(String(results[5].content).trim()).toBe('2');
    expect(await readFile(join(runtime.workspace, 'src/a.txt'), 'utf8')).toBe(
      'one\nthree\n',
    );
    expect(JSON.stringify(body(-1))).toContain('"tool_use_id":"6"');
  });

  it.each([
    ['read_file', { path: '/etc/passwd' }, 'outside the workspace'],
    ['read_file', { path: '../../etc/passwd' }, 'outside the workspace'],
    ['write_file', { path: 'link/x', content: '' }, 'outside the workspace'],
    [
      'edit_file',
      { path: 'twice.txt', old_text: 'a', new_text: 'b' },
      'holds the old text 2 times',
    ],
    ['read_file', { path: 'no.txt' }, 'ENOENT'],
    ['read_file', { file: 'x' }, 'The argument "path" of read_file is wrong'],
    ['run', { command: 'exit 3' }, 'Exit code 3'],
    [
      'run',
      { command: 'sleep 60', timeout_seconds: 1 },
      'It was ended after 1 s',
    ],
    ['fly', {}, 'There is no tool "fly". There are: read_file'],
  ])('tells the model why %s with %j failed', async (name, input, sentence) => {
    await start([
      { toolCalls: [{ id: '1', name, arguments: input }] },
      { text: 'I see.' },
    ]);
    await symlink('/tmp', join(runtime.workspace, 'link'));
    await writeFile(join(runtime.workspace, 'twice.txt'), 'a a');
    expect(await outcomeOf('go')).toMatchObject({ outcome: 'completed' });
    const [result] = said('agent.tool_result');
    expect(result.payload.is_error).toBe(true);
    expect(result.payload.content).toContain(sentence);
    expect(JSON.stringify(body(1))).toContain('tool_result');
  });

  it.each([
    [{ approved: true }, false, 'ran'],
    [
      { approved: true, edited_arguments: { command: 'echo changed' } },
      false,
      'changed',
    ],
    [{ approved: false, reason: 'not here' }, true, 'refused: not here'],
    [
      { approved: false, expired: true },
      true,
      'Nobody allowed this call in time',
    ],
  ])(
    'asks before a tool that needs permission: %j',
    async (decision, isError, content) => {
      await start(
        [
          {
            toolCalls: [
              { id: '1', name: 'run', arguments: { command: 'echo ran' } },
            ],
          },
          { text: 'ok' },
        ],
        { config: { needsApproval: ['run', 'write_*'] } },
      );
      const turn = await say('go');
      const request = await runtime.event(
        event => event.type === 'agent.permission_request',
      );
      expect(request.payload).toMatchObject({
        action: 'Run: echo ran',
        tool: 'run',
        arguments: { command: 'echo ran' },
      });
      await runtime.post('/inject', {
        session_id: 's',
        kind: 'answer',
        text: '',
        request_id: request.payload.request_id,
        decision,
      });
      await runtime.end(turn);
      const [result] = said('agent.tool_result');
      expect(result.payload.is_error).toBe(isError);
      expect(result.payload.content).toContain(content);
    },
  );

  it('reaches the model call with a cancel within a second, and goes on after it', async () => {
    await start([
      { text: 'Let me think about it', tokenDelayMs: 2_000 },
      { text: 'Fresh.' },
    ]);
    const turn = await say('go');
    await runtime.event(event => event.type === 'delta.text');
    const cancelled = performance.now();
    await runtime.post('/cancel', {
      session_id: 's',
      turn_id: turn,
      reason: 'Stopped',
    });
    expect(await runtime.end(turn)).toMatchObject({ type: 'turn.cancelled' });
    expect(performance.now() - cancelled).toBeLessThan(1_000);
    expect(await outcomeOf('again')).toEqual({
      outcome: 'completed',
      answer: 'Fresh.',
    });
    await model.requests.waitFor(request => request.outcome === 'aborted');
  });

  it('leaves no call of a tool without a result when it is cancelled meanwhile', async () => {
    await start([
      {
        toolCalls: [
          { id: '1', name: 'run', arguments: { command: 'sleep 60' } },
        ],
      },
      { text: 'Fine.' },
    ]);
    const turn = await say('go');
    await runtime.event(event => event.type === 'agent.tool_call');
    await runtime.post('/cancel', { session_id: 's', reason: 'Stopped' });
    await runtime.end(turn);
    expect(await outcomeOf('again')).toMatchObject({ answer: 'Fine.' });
    expect(JSON.stringify(body(1))).not.toContain('tool_use');
  });

  it('tries again after a cut, and says so', async () => {
    await start([
      { text: 'Half an answer that never came', cut: 2 },
      { text: 'Whole.' },
    ]);
    expect(await outcomeOf('go')).toEqual({
      outcome: 'completed',
      answer: 'Whole.',
    });
    expect(said('agent.error')[0].payload).toMatchObject({
      reason: 'ModelCallFailed',
      recoverable: true,
    });
    expect(said('agent.text').map(event => event.payload.text)).toEqual([
      'Whole.',
    ]);
  });

  it('waits as long as a provider asks', async () => {
    await start([
      {
        error: { status: 429, message: 'Slow down.', retryAfter: 1 },
      },
      { text: 'Now.' },
    ]);
    expect(await outcomeOf('go')).toMatchObject({ answer: 'Now.' });
    expect(said('agent.error')[0].payload.message).toBe(
      'The call of model "fast" failed (429): Slow down. Trying again in 1 s.',
    );
  });

  it('ends with the gateway’s own sentence where trying again cannot help', async () => {
    await start([
      {
        error: { status: 403, message: 'Agent "a" has no budget left today.' },
      },
    ]);
    expect(await outcomeOf('go')).toEqual({
      outcome: 'failed',
      error: {
        reason: 'ModelCallFailed',
        message:
          'The call of model "fast" failed (403): Agent "a" has no budget left today.',
      },
    });
  });

  it('sums up a conversation before it is too long', async () => {
    await start(
      [
        { text: 'Long.', usage: { input: 900 } },
        { text: 'SUMMARY of it' },
        { text: 'Short.' },
      ],
      { config: { contextTokens: 1_000 } },
    );
    await outcomeOf('first question');
    expect(await outcomeOf('second question')).toMatchObject({
      answer: 'Short.',
    });
    const last = JSON.stringify(body(2));
    expect(last).toContain('SUMMARY of it');
    expect(last).not.toContain('first question');
    expect(said('agent.text').map(event => event.payload.text)).toEqual([
      'Long.',
      'Short.',
    ]);
  });

  it('knows its skills and contexts, and reads a skill when it needs it', async () => {
    await start(
      [
        {
          toolCalls: [
            { id: '1', name: 'use_skill', arguments: { name: 'review' } },
          ],
        },
        { text: 'ok' },
      ],
      { skills: [{ name: 'review', path: '.greenroom/skills/review' }] },
    );
    const skill = join(runtime.workspace, '.greenroom/skills/review');
    await mkdir(skill, { recursive: true });
    await writeFile(
      join(skill, 'SKILL.md'),
      '---\nname: review\ndescription: Reviews changes.\n---\nRead all of it.',
    );
    await writeFile(
      join(runtime.workspace, '.greenroom/context.md'),
      '<context>House rules.</context>',
    );
    await outcomeOf('go');
    const system = JSON.stringify(body(0).system);
    expect(system).toContain('review: Reviews changes.');
    expect(system).toContain('House rules.');
    expect(said('agent.tool_result')[0].payload.content).toContain(
      'Read all of it.',
    );
  });

  it('says what is missing when the agent has no model', async () => {
    await start([], { model: undefined });
    expect(await outcomeOf('hi')).toEqual({
      outcome: 'failed',
      error: {
        reason: 'ModelMissing',
        message: expect.stringContaining(
          'name it in spec.model.ref of the Agent',
        ),
      },
    });
  });

  it('goes on without a tool server that does not answer', async () => {
    await start([{ text: 'Still here.' }], {
      mcp: [{ name: 'issues', path: '/nothing' }],
    });
    expect(await outcomeOf('hi')).toMatchObject({ answer: 'Still here.' });
    expect(said('agent.error')[0].payload).toMatchObject({
      reason: 'ToolUnavailable',
      message: expect.stringContaining('The tools of "issues" cannot be used'),
    });
  });

  it('calls tools of the servers behind the sidecar', async () => {
    await start(
      [
        { toolCalls: [{ name: 'issues__get', arguments: { id: 7 } }] },
        { toolCalls: [{ name: 'issues__close' }] },
        { text: 'ok' },
      ],
      {},
      [
        { name: 'get', description: 'Gets one.', reply: { text: 'Issue 7' } },
        { name: 'close', reply: { text: 'Not yours.', isError: true } },
      ],
    );
    await outcomeOf('hi');
    expect(JSON.stringify(body(0).tools)).toContain('Gets one.');
    expect(said('agent.tool_result').map(event => event.payload)).toMatchObject(
      [
        { tool: 'issues', content: 'Issue 7', is_error: false },
        { tool: 'issues', content: 'Not yours.', is_error: true },
      ],
    );
    expect(issues.calls.all.map(call => call.tool)).toEqual(['get', 'close']);
  });

  it('remembers a conversation when its process was another', async () => {
    await start([{ text: 'Noted.' }, { text: 'Blue.' }]);
    await outcomeOf('My colour is blue.');
    await runtime.post('/close', { session_id: 's' });
    await runtime.post('/open', {
      session_id: 's',
      model: { name: 'fast', provider: 'anthropic' },
    });
    expect(await outcomeOf('Which?')).toMatchObject({ answer: 'Blue.' });
    expect(JSON.stringify(body(1))).toContain('My colour is blue.');
  });

  it('keeps what was done before a cancel', async () => {
    await start([
      {
        toolCalls: [
          { name: 'write_file', arguments: { path: 'a', content: 'x' } },
        ],
      },
      { toolCalls: [{ name: 'run', arguments: { command: 'sleep 60' } }] },
      { text: 'ok' },
    ]);
    await say('go');
    await runtime.event(
      event =>
        event.type === 'agent.tool_call' && event.payload.tool_name === 'run',
    );
    await runtime.post('/cancel', { session_id: 's', reason: 'Stopped' });
    await outcomeOf('what did you do?');
    expect(JSON.stringify(body(2))).toContain('Wrote 1 bytes');
    expect(JSON.stringify(body(2))).not.toContain('sleep 60');
  });

  it('gives work to a sub-agent that has a conversation of its own', async () => {
    await start(
      [
        {
          toolCalls: [
            {
              name: 'delegate_task',
              arguments: { agent: 'reader', task: 'Read notes.txt' },
            },
          ],
        },
        {
          toolCalls: [{ name: 'read_file', arguments: { path: 'notes.txt' } }],
        },
        { text: 'It says hello.' },
        { text: 'The notes say hello.' },
      ],
      {
        config: {
          agents: [
            {
              name: 'reader',
              description: 'Reads.',
              instructions: 'Quote.',
              tools: ['read_file'],
            },
          ],
        },
      },
    );
    await writeFile(join(runtime.workspace, 'notes.txt'), 'hello');
    expect(await outcomeOf('secret question')).toMatchObject({
      answer: 'The notes say hello.',
    });
    expect(JSON.stringify(body(1))).not.toContain('secret question');
    expect(JSON.stringify(body(1).system)).toContain('Quote.');
    expect(body(1).tools.map((tool: { name: string }) => tool.name)).toEqual([
      'read_file',
    ]);
    expect(said('agent.text').map(event => event.payload.text)).toEqual([
      'The notes say hello.',
    ]);
    expect(said('agent.tool_result').at(-1)?.payload).toMatchObject({
      tool_name: 'delegate_task',
      content: 'It says hello.',
    });
  });

  it('answers a playbook’s question with JSON that fits', async () => {
    await start([{ text: 'It is 7.' }, { text: '```json\n{"n": 7}\n```' }], {
      mode: 'System',
      goal: `
steps:
  - name: count
    model: { prompt: How many?, schema: { type: object, required: [n], properties: { n: { type: integer } } } }
    set: counted
  - { name: tell, artifact: { name: a, content: '\${{ outputs.counted.json.n * 6 }}', answer: true } }
`,
    });
    expect(await outcomeOf('go')).toEqual({
      outcome: 'completed',
      answer: '42',
    });
    expect(JSON.stringify(body(1))).toContain(
      'That does not fit: it is not JSON',
    );
  });
});
