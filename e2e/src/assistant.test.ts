import path from 'node:path';
import { FakeModel } from '@greenroom/testing';
import { approvalType, LaptopCluster } from './harness/LaptopCluster';
import { processesNaming } from './harness/processes';
import { root } from './harness/root';

jest.setTimeout(180_000);

const KEY = 'sk-ant-api03-e2e-7Qm2xVw9Zt4Lb8Nc1Rd6';

describe('an assistant on a model', () => {
  let cluster: LaptopCluster;
  let model: FakeModel;
  beforeAll(async () => {
    cluster = await LaptopCluster.start(root);
    model = await FakeModel.start({ apiKey: KEY });
  });
  afterAll(async () => {
    await cluster.stop();
    await model.stop();
  });

  const message = async (name: string, spec: object) => {
    await cluster.kubectl.apply({
      apiVersion: 'greenroom.dev/v1alpha1',
      kind: 'Message',
      metadata: { name },
      spec: { agentRef: { name: 'assistant' }, ...spec },
    });
  };
  const statusOf = async (name: string) =>
    JSON.parse(
      await cluster.kubectl.output('get', 'message', name, '-o', 'json'),
    ).status;
  const untilPhase = (name: string, phase: string) =>
    cluster.until(`message ${name} is ${phase}`, async () => {
      const status = await statusOf(name);
      return status?.phase === phase && status;
    });

  it('says what is missing, and the command that adds it', async () => {
    await cluster.kubectl.output(
      'apply',
      '-f',
      path.join(root, 'examples/assistant/agent.yaml'),
    );
    const condition = await cluster.until('it says so', async () => {
      const { status } = JSON.parse(
        await cluster.kubectl.output('get', 'agent', 'assistant', '-o', 'json'),
      );
      return status?.conditions?.find(
        (each: { type: string; status: string; message: string }) =>
          each.type === 'Ready' &&
          each.status === 'False' &&
          each.message.includes('Model "assistant"'),
      );
    });
    expect(condition.message).toMatch(/kubectl/);
  });

  it('answers a message, streamed as chunks, through the gateway that has the key', async () => {
    await cluster.kubectl.output(
      'create',
      'secret',
      'generic',
      'assistant',
      `--from-literal=api-key=${KEY}`,
    );
    await cluster.kubectl.apply({
      apiVersion: 'greenroom.dev/v1alpha1',
      kind: 'Model',
      metadata: { name: 'assistant' },
      spec: {
        provider: 'anthropic',
        name: 'claude-fake',
        baseURL: model.url,
        credentialRef: { name: 'assistant', key: 'api-key' },
      },
    });
    await cluster.untilAgentTakesWork('assistant');
    model.use({
      when: { contains: 'Who are you' },
      reply: { text: 'I am the assistant of this greenroom.' },
    });
    await message('who', { text: 'Who are you?', stream: true });
    const status = await untilPhase('who', 'Completed');
    expect(status.response).toBe('I am the assistant of this greenroom.');
    const chunks = JSON.parse(
      await cluster.kubectl.output('get', 'messagechunks', '-o', 'json'),
    );
    expect(
      chunks.items
        .flatMap(
          ({
            spec,
          }: {
            spec: { entries: { type: string; content: string }[] };
          }) => spec.entries,
        )
        .filter(({ type }: { type: string }) => type === 'response')
        .map(({ content }: { content: string }) => content)
        .join(''),
    ).toBe('I am the assistant of this greenroom.');
    expect(status.usage).toBeDefined();
  });

  it('keeps the key away from the agent', async () => {
    const agents = processesNaming(cluster.home).filter(({ command }) =>
      command.includes('runtime-greenroom.mjs'),
    );
    expect(agents.length).toBeGreaterThan(0);
    const withKey = processesNaming(KEY).map(({ pid }) => pid);
    expect(agents.filter(({ pid }) => withKey.includes(pid))).toEqual([]);
  });

  it('asks before it runs a program, and goes on with the answer', async () => {
    model.use(
      {
        when: { contains: 'count the files', afterTools: false },
        reply: {
          toolCalls: [
            { name: 'run', arguments: { command: 'echo forty-two' } },
          ],
        },
      },
      { when: { afterTools: true }, reply: { text: 'There are forty-two.' } },
    );
    await message('count', { text: 'Please count the files.' });
    const approval = await cluster.until('it asks', async () => {
      const { items } = await cluster.client.list(approvalType, {
        namespace: 'default',
      });
      return items.find(
        each => (each.status?.phase ?? 'Pending') === 'Pending',
      );
    });
    await cluster.kubectl.output(
      'patch',
      'approval',
      approval.metadata.name!,
      '--type=merge',
      '-p',
      '{"decision":{"approved":true}}',
    );
    const status = await untilPhase('count', 'Completed');
    expect(status.response).toContain('forty-two');
  });

  it('cancels an answer, and the call of the model with it', async () => {
    model.use({
      when: { contains: 'Tell me everything' },
      reply: { text: 'word '.repeat(2000), tokenDelayMs: 20 },
    });
    await message('long', { text: 'Tell me everything.', stream: true });
    await model.requests.waitFor(request =>
      JSON.stringify(request).includes('Tell me everything'),
    );
    await untilPhase('long', 'Running');
    await cluster.kubectl.output(
      'patch',
      'message',
      'long',
      '--type=merge',
      '-p',
      '{"spec":{"cancel":true}}',
    );
    await untilPhase('long', 'Cancelled');
    await cluster.until('the call was aborted', async () =>
      model.requests.all.some(({ outcome }) => outcome === 'aborted'),
    );
  });
});
