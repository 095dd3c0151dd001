import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  startTestRuntime,
  type TestRuntime,
} from '../testing/startTestRuntime';

describe('a playbook', () => {
  let runtime: TestRuntime;

  beforeEach(async () => {
    runtime = await startTestRuntime();
  });

  afterEach(() => runtime.stop());

  async function start(goal: string, text = 'Do it.') {
    await runtime.post('/open', {
      session_id: 's',
      mode: 'System',
      goal,
      task: { name: 'job', namespace: 'default' },
    });
    await runtime.post('/inject', {
      session_id: 's',
      turn_id: 't',
      event_id: 'e',
      kind: 'task',
      text,
    });
  }

  async function outcomeOf(goal: string, text?: string) {
    await start(goal, text);
    return (await runtime.end('t')).payload;
  }

  function said(type: string) {
    return runtime.events
      .filter(event => event.type === type)
      .map(event => event.payload);
  }

  it('runs scripts in the workspace with the session in their environment', async () => {
    const outcome = await outcomeOf(`
steps:
  - name: where
    run: echo "$(pwd) $WORKSPACE_DIR $SESSION_ID $AGENT_NAME $TASK_NAME $TASK_NAMESPACE $TASK_DIR"
`);
    const { workspace } = runtime;
    expect(outcome).toEqual({
      outcome: 'completed',
      answer: `${workspace} ${workspace} s tester job default ${workspace}/.greenroom/tasks/job`,
    });
  });

  it('hands values to scripts as data, whatever they hold', async () => {
    const evil = `"; touch pwned; $(touch pwned) \`touch pwned\` '`;
    const outcome = await outcomeOf(
      `
inputs: [{ name: text }]
steps:
  - name: echo
    run: printf '%s' "\${{ inputs.text }}"
`,
      `---\ninputs:\n  text: ${JSON.stringify(evil)}\n---\nDo it.`,
    );
    expect(outcome).toEqual({ outcome: 'completed', answer: evil });
    expect(existsSync(join(runtime.workspace, 'pwned'))).toBe(false);
  });

  it('streams output under the id of the result that will replace it', async () => {
    await outcomeOf('steps: [{ name: a, run: echo hello }]');
    const [delta] = said('delta.tool_output');
    const result = runtime.events.find(
      event => event.type === 'agent.tool_result',
    );
    expect(delta).toMatchObject({
      text: 'hello\n',
      event_id: result?.event_id,
    });
    expect(result?.payload).toMatchObject({
      content: 'hello\n',
      is_error: false,
      tool_use_id: said('agent.tool_call')[0].tool_use_id,
    });
  });

  it('gives outputs to later steps, and skips what its condition forbids', async () => {
    const outcome = await outcomeOf(`
steps:
  - { name: data, run: 'echo ''{"items": ["a", "b"], "n": 3}''', set: data }
  - { name: never, when: outputs.data.json.n % 2 == 0, run: exit 1, set: skipped }
  - name: each
    forEach:
      in: outputs.data.json.items
      steps:
        - { name: say, run: 'echo "\${{ item }}\${{ index }}"' }
    set: loop
  - { name: check, assert: 'outputs.loop.count == 2 && outputs.skipped.skipped' }
  - { name: result, artifact: { name: r.txt, content: 'got \${{ outputs.loop.texts.join("+") }}', answer: true } }
  - { name: after, run: echo not the answer }
`);
    expect(outcome).toEqual({ outcome: 'completed', answer: 'got a0+b1' });
  });

  it.each([
    [
      'steps: [{ name: a, run: "echo oops >&2; exit 4" }]',
      'StepFailed',
      /exit code 4. It said: oops/,
    ],
    [
      'steps: [{ name: a, run: sleep 60, timeout: 100ms }]',
      'StepTimedOut',
      /was ended after 0.1 s/,
    ],
    [
      'steps: [{ name: a, assert: { that: 1 > 2, message: Too small. } }]',
      'AssertionFailed',
      /^Too small.$/,
    ],
    [
      'steps: [{ name: a, assert: outputs.x.y == 1 }]',
      'PlaybookInvalid',
      /line 1: .*Give an earlier step/,
    ],
    [
      'steps: [{ name: a, status: hi, set: x }, { name: b, assert: outputs.x.nothing == 1 }]',
      'ExpressionFailed',
      /Guard what may be missing/,
    ],
    [
      'steps: [{ name: a, mcp: { tool: nobody/does } }]',
      'StepFailed',
      /no tool server "nobody"/,
    ],
    [
      'steps: [{ name: a, model: { prompt: hi } }]',
      'ModelMissing',
      /Set spec.model on the Agent/,
    ],
    [
      'steps: [{ name: a, artifact: { name: p, path: /etc/passwd } }]',
      'StepFailed',
      /outside the workspace/,
    ],
    ['', 'PlaybookInvalid', /needs a playbook in spec.goal/],
  ])('fails with a cause: %s', async (goal, reason, message) => {
    expect(await outcomeOf(goal)).toEqual({
      outcome: 'failed',
      error: { reason, message: expect.stringMatching(message) },
    });
  });

  it('runs nothing when a later step is wrong', async () => {
    const outcome = await outcomeOf(
      'steps: [{ name: a, run: touch ran }, { name: b, run: "${{ nope }}" }]',
    );
    expect(outcome).toMatchObject({ error: { reason: 'PlaybookInvalid' } });
    expect(existsSync(join(runtime.workspace, 'ran'))).toBe(false);
  });

  it('goes on after a failure that may happen', async () => {
    const outcome = await outcomeOf(`
steps:
  - { name: try, run: exit 7, onFailure: continue, set: first }
  - { name: tell, artifact: { name: a, content: '\${{ outputs.first.error.reason }}', answer: true } }
`);
    expect(outcome).toEqual({ outcome: 'completed', answer: 'StepFailed' });
  });

  const PERMIT = `
steps:
  - { name: may I, permit: { action: Delete it, reason: It is old., timeout: 5m }, onFailure: continue, set: may }
  - { name: do, when: outputs.may.approved, run: touch done }
  - { name: tell, artifact: { name: a, content: '\${{ outputs.may.approved ? "done by " + outputs.may.by : outputs.may.error.message }}', answer: true } }
`;

  async function decide(decision: Record<string, unknown>) {
    await start(PERMIT);
    const request = await runtime.event(
      event => event.type === 'agent.permission_request',
    );
    expect(request.payload).toMatchObject({
      action: 'Delete it',
      reason: 'It is old.',
      timeout_ms: 300_000,
    });
    const { status } = await runtime.post('/inject', {
      session_id: 's',
      kind: 'answer',
      event_id: 'answer',
      text: '',
      request_id: request.payload.request_id,
      decision,
    });
    expect(status).toBe(202);
    return (await runtime.end('t')).payload.answer;
  }

  it('acts once somebody allowed it', async () => {
    expect(await decide({ approved: true, decided_by: 'jane' })).toBe(
      'done by jane',
    );
    expect(existsSync(join(runtime.workspace, 'done'))).toBe(true);
  });

  it('does nothing when refused, and says who refused', async () => {
    expect(
      await decide({ approved: false, decided_by: 'jane', reason: 'keep it' }),
    ).toBe('"Delete it" was refused by jane: keep it, so it was not done.');
    expect(existsSync(join(runtime.workspace, 'done'))).toBe(false);
  });

  it('does nothing when nobody decided in time', async () => {
    expect(await decide({ approved: false, expired: true })).toMatch(
      /^Nobody decided about "Delete it" within 5 min/,
    );
    expect(existsSync(join(runtime.workspace, 'done'))).toBe(false);
  });

  it('asks, and takes the default when nobody answers', async () => {
    await start(
      'steps: [{ name: q, ask: { question: "Which?", choices: [a, b], default: b, timeout: 1m }, set: q }]',
    );
    const request = await runtime.event(
      event => event.type === 'agent.input_request',
    );
    await runtime.post('/inject', {
      session_id: 's',
      kind: 'answer',
      text: '',
      request_id: request.payload.request_id,
      decision: { expired: true },
    });
    expect((await runtime.end('t')).payload).toEqual({
      outcome: 'completed',
      answer: 'b',
    });
  });

  it('speaks HTTP and reads JSON', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/ok' ? 200 : 503);
      response.end('{"n": 41}');
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const outcome = await outcomeOf(`
steps:
  - { name: get, http: { url: '${url}/ok' }, set: got }
  - { name: down, http: { url: '${url}/down', expect: 503 } }
  - { name: tell, artifact: { name: a, content: '\${{ outputs.got.json.n + 1 }}', answer: true } }
`);
      expect(outcome).toEqual({ outcome: 'completed', answer: '42' });
    } finally {
      server.close();
    }
  });

  it('is over within a second when it is cancelled, with all it started', async () => {
    await start('steps: [{ name: a, run: "sleep 61 & sleep 61" }]');
    await runtime.event(event => event.type === 'agent.tool_call');
    const cancelled = performance.now();
    await runtime.post('/cancel', { session_id: 's', reason: 'Stopped' });
    expect(await runtime.end('t')).toMatchObject({
      type: 'turn.cancelled',
      payload: { reason: 'Stopped' },
    });
    expect(performance.now() - cancelled).toBeLessThan(1_000);
  });
});
