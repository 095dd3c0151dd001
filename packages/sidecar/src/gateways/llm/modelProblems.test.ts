import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoopbackServer } from '@greenroom/testing';
import { KEY, ModelBench, problem } from './testkit/ModelBench';

const gateway = new ModelBench();

afterEach(() => gateway.close());

describe('a model call that cannot be made', () => {
  const message = async (answer: Promise<Response>) => {
    const { status, message: text } = await problem(await answer);
    return [status, text] as const;
  };

  it('says how to add a model', async () => {
    await gateway.start({ settings: { models: [] } });
    const [status, text] = await message(gateway.ask('chat'));
    expect(status).toBe(404);
    expect(text).toMatch(
      /^Agent "doctor" has no model. Add one with: kubectl create secret generic .* kubectl apply .* kubectl patch agent doctor -n default /,
    );
  });

  it('says which models there are', async () => {
    await gateway.start();
    const [status, text] = await message(
      fetch(gateway.bench.url('/llm/slow/v1/messages'), { method: 'POST' }),
    );
    expect([status, text]).toEqual([
      404,
      'Agent "doctor" has no model "slow"; it has "fast". Use /llm/fast, or add the Model to the agent or to the fallbacks of its model.',
    ]);
  });

  it('says how to add a key', async () => {
    await gateway.start({ model: { credential: 'model.gone' } });
    const [status, text] = await message(gateway.ask('anthropic'));
    expect(status).toBe(401);
    expect(text).toMatch(
      /^Model "fast" has no key. Add it with: kubectl create secret generic fast -n default .* kubectl patch model fast -n default /,
    );
  });

  it.each(['', 'two\nlines', 'späß'])(
    'refuses the key %j, which no header carries, without showing it',
    async key => {
      await gateway.start();
      writeFileSync(
        join(gateway.bench.folder, 'credentials/model.fast/api-key'),
        key,
      );
      const [status, text] = await message(gateway.ask('anthropic'));
      expect(status).toBe(401);
      expect(text).toContain('cannot be used');
      expect(key !== '' && text.includes(key)).toBe(false);
    },
  );

  it('says where a model of another provider is asked', async () => {
    await gateway.start();
    expect(await message(gateway.ask('chat'))).toEqual([
      404,
      'Model "fast" is of provider "anthropic" and cannot be asked with POST /v1/chat/completions. Ask it with POST /llm/fast/v1/messages; libraries find the base URL in ANTHROPIC_BASE_URL.',
    ]);
  });

  it('says that a provider is not supported', async () => {
    await gateway.start({ model: { provider: 'bedrock' } });
    expect(await message(gateway.ask('anthropic'))).toEqual([
      501,
      expect.stringContaining('provider "bedrock"'),
    ]);
  });

  it('says why a model cannot be reached', async () => {
    await gateway.start({ model: { base_url: 'http://127.0.0.1:1' } });
    expect(await message(gateway.ask('anthropic'))).toEqual([
      502,
      'Model "fast" does not answer: 127.0.0.1:1 could not be reached: it refuses connections. Check spec.baseURL of the Model and the cluster\'s network, or try again.',
    ]);
  });

  it.each(['[1]', '{', 'null', '"x"', '\u0000'])(
    'refuses the body %j',
    async body => {
      await gateway.start();
      expect(await message(gateway.ask('anthropic', {}, { body }))).toEqual([
        400,
        'The body is not a JSON object. Send the provider’s own request.',
      ]);
    },
  );

  it('refuses a body that is nested without end', async () => {
    await gateway.start();
    const body = `{"max_tokens":5,"messages":${'['.repeat(500_000)}${']'.repeat(
      500_000,
    )}}`;
    expect(await message(gateway.ask('anthropic', {}, { body }))).toEqual([
      400,
      'The body is nested too deep. Send the provider’s own request.',
    ]);
  });

  it('refuses a body that is larger than any provider takes', async () => {
    await gateway.start();
    const body = ' '.repeat(33 * 1024 * 1024);
    const [status] = await message(
      gateway.ask('anthropic', {}, { body, headers: { connection: 'close' } }),
    );
    expect(status).toBe(413);
  });

  it.each([-1, 0, 1.5, '5', {}])(
    'refuses %j as the most output tokens',
    async max_tokens => {
      await gateway.start();
      const [status] = await message(gateway.ask('anthropic', { max_tokens }));
      expect(status).toBe(400);
    },
  );

  it('passes the provider’s own error on, without the key that it repeats', async () => {
    await gateway.start({
      rules: [
        {
          reply: {
            error: { status: 400, message: `No such thing, ${KEY}` },
          },
        },
      ],
    });
    const { status, body } = await problem(await gateway.ask('anthropic'));
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'error' });
    expect(JSON.stringify(body)).not.toContain(KEY);
    expect(body.error.message).toContain('No such thing');
  });

  it.each([
    [302, 'a redirect (302), which is not followed with a key'],
    [502, 'status 502: Bad gateway of some proxy'],
  ])(
    'puts an answer of %d that is no model’s into words',
    async (status, words) => {
      await gateway.start();
      const other = await LoopbackServer.start((_request, response) =>
        response
          .writeHead(status, { location: 'http://evil.example.com/' })
          .end('<h1>Bad gateway</h1> of some proxy'),
      );
      gateway.setModel({ base_url: other.url });
      const [, text] = await message(gateway.ask('anthropic'));
      expect(text).toContain(words);
      await other.stop();
    },
  );
});

it('obeys a Policy about prompts, by what is new in the conversation', async () => {
  await gateway.start({
    settings: {
      policies: [
        {
          name: 'prompts',
          digest: 'p1',
          rules: [
            {
              name: 'no-names',
              about: 'prompt',
              match: { patterns: ['Project Falcon'] },
              action: 'Deny',
            },
          ],
        },
      ],
    },
  });
  const told = { role: 'user', content: 'Tell me of Project Falcon' };
  const answer = await problem(
    await gateway.ask('anthropic', { messages: [told] }),
  );
  expect(answer).toMatchObject({
    status: 403,
    body: { error: { type: 'permission_error' } },
    message: expect.stringContaining('no-names'),
  });
  const later = [
    told,
    { role: 'assistant', content: 'No.' },
    { role: 'user', content: 'And the weather?' },
  ];
  expect((await gateway.ask('anthropic', { messages: later })).status).toBe(
    200,
  );
});
