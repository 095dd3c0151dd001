import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AgentSettings,
  ModelSettings,
  TokenUsage,
} from '@greenroom/protocol';
import { FakeModel, LoopbackServer, type ModelRule } from '@greenroom/testing';
import {
  anOpening,
  SESSION_ID,
  startTestBench,
  type TestBench,
} from '../../testkit/startTestSidecar';
import { llmRoutes } from './llmRoutes';

const KEY = 'sk-test-4d1f9c0a77e2b3';
const PRICING = { input: '3', output: '15', cache_read: '0.3' };

let bench: TestBench;
let model: FakeModel;

afterEach(async () => {
  await bench?.close();
  await model?.stop();
});

/** A sidecar with an open session and one model behind it. */
async function start(
  options: {
    model?: Partial<ModelSettings>;
    settings?: Partial<AgentSettings>;
    rules?: ModelRule[];
    fake?: Parameters<typeof FakeModel.start>[0];
  } = {},
) {
  model = await FakeModel.start({
    apiKey: KEY,
    rules: options.rules,
    ...options.fake,
  });
  bench = await startTestBench('greenroom', {
    settings: {
      models: [
        {
          name: 'fast',
          provider: 'anthropic',
          model: 'claude-fake',
          base_url: model.url,
          credential: 'model.fast',
          pricing: PRICING,
          ...options.model,
        },
      ],
      ...options.settings,
    },
    secrets: { 'model.fast/api-key': `${KEY}\n` },
    extensions: [llmRoutes],
  });
  await bench.operator.until('hello', () => bench.operator.hellos[0]);
  bench.operator.open(anOpening({ interactive: true }));
  await bench.operator.until('open', () =>
    bench.operator
      .messages('session_status')
      .find(({ state }) => state === 'open'),
  );
}

const PATHS = {
  anthropic: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
};

function ask(
  api: keyof typeof PATHS,
  body: object = {},
  init: RequestInit = {},
) {
  const basic =
    api === 'responses'
      ? { input: 'Hello' }
      : { messages: [{ role: 'user', content: 'Hello' }] };
  return fetch(bench.url(`/llm/fast${PATHS[api]}`), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'greenroom' },
    body: JSON.stringify({
      model: 'whatever',
      ...basic,
      ...(api === 'anthropic' && { max_tokens: 100 }),
      ...body,
    }),
    ...init,
  });
}

function setModels(models: ModelSettings[]) {
  const { settings } = bench.sidecar.services;
  settings.set({
    ...settings.current,
    digest: `${settings.current.digest}+`,
    models,
  });
}

function setModel(change: Partial<ModelSettings>) {
  const [first] = bench.sidecar.services.settings.current.models;
  setModels([{ ...first, ...change }]);
}

async function usage(count = 1) {
  const events = () =>
    bench.operator
      .events(SESSION_ID)
      .filter(({ type }) => type === 'agent.usage');
  await bench.operator.until('usage', () => events().length >= count);
  return events().map(({ payload }) => payload as TokenUsage);
}

async function problem(response: Response) {
  const body = (await response.json()) as { error: { message: string } };
  return { status: response.status, body, message: body.error.message };
}

const tokens = { input: 1000, output: 50, cacheRead: 400, reasoning: 20 };

describe('LlmGateway', () => {
  describe.each([
    ['anthropic', 'anthropic', ''],
    ['chat', 'openai', '/v1'],
    ['chat', 'openai-compatible', '/v1'],
    ['responses', 'openai', '/v1'],
  ] as const)('%s of %s', (api, provider, path) => {
    const begin = (rules: ModelRule[]) =>
      start({ rules }).then(() => {
        setModel({ provider, base_url: `${model.url}${path}` });
      });

    it.each([true, false])(
      'is asked with the key and metered (stream: %s)',
      async stream => {
        await begin([{ reply: { text: 'Hi there', usage: tokens } }]);
        const response = await ask(api, { stream });
        expect(response.status).toBe(200);
        expect(await response.text()).toContain('Hi');
        const [request] = model.requests.all;
        expect(request.model).toBe('claude-fake');
        const [event] = await usage();
        expect(event).toMatchObject({
          model: 'fast',
          provider,
          source: 'gateway',
          input_tokens: 1000,
          output_tokens: 50,
          cache_read_tokens: 400,
          cost_usd: '0.00267',
        });
        // Anthropic does not tell how much of the output was reasoning.
        expect(event.reasoning_tokens).toBe(
          api === 'anthropic' ? undefined : 20,
        );
      },
    );

    it('passes a stream on byte for byte', async () => {
      await begin([
        { reply: { text: 'Grüße an alle ✓', thinking: 'hm', pieceLength: 1 } },
      ]);
      const body = { stream: true, stream_options: { include_usage: true } };
      const relayed = await (await ask(api, body)).text();
      const direct = await fetch(`${model.url}${PATHS[api]}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'x-api-key': KEY },
        body: JSON.stringify(model.requests.all[0].body),
      });
      const ids = /(fake|msg|resp|chatcmpl|rs)[-_a-z]*-?\d+/g;
      expect(relayed.replace(ids, '')).toBe(
        (await direct.text()).replace(ids, ''),
      );
    });

    it('aborts the provider’s work when the client goes', async () => {
      await begin([{ reply: { text: 'one two three', tokenDelayMs: 2_000 } }]);
      const abort = new AbortController();
      const response = await ask(
        api,
        { stream: true },
        { signal: abort.signal },
      );
      await response.body!.getReader().read();
      const before = Date.now();
      abort.abort();
      const request = await model.requests.waitFor(
        ({ outcome }) => outcome === 'aborted',
      );
      expect(request.endedAt! - before).toBeLessThan(1_000);
      expect((await usage())[0]).toMatchObject({ stop_reason: 'aborted' });
    });
  });

  it('aborts the provider’s work when the turn is cancelled', async () => {
    await start({ rules: [{ reply: { hang: true } }] });
    const answer = ask('anthropic', { stream: true });
    await model.requests.waitFor(() => true);
    const before = Date.now();
    bench.sidecar.services.sessions.turnSignals.end(SESSION_ID, 'cancelled');
    const request = await model.requests.waitFor(
      ({ outcome }) => outcome === 'aborted',
    );
    expect(request.endedAt! - before).toBeLessThan(1_000);
    const { status, body } = await problem(await answer);
    expect([status, body]).toEqual([
      409,
      {
        type: 'error',
        error: {
          type: 'api_error',
          message: 'The turn ended, and this model call with it.',
        },
      },
    ]);
  });

  it('asks with what the client may say, and nothing else', async () => {
    await start();
    await ask(
      'anthropic',
      {},
      {
        headers: {
          'x-api-key': 'greenroom',
          authorization: 'Bearer greenroom',
          cookie: 'a=b',
          'anthropic-beta': 'x-1',
          'x-forwarded-for': '1.2.3.4',
          'openai-organization': 'org',
          'x-greenroom-session': SESSION_ID,
        },
      },
    );
    const { headers } = model.requests.all[0];
    expect(headers).toMatchObject({
      'x-api-key': KEY,
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'x-1',
      host: new URL(model.url).host,
    });
    expect(Object.keys(headers)).toEqual(
      expect.not.arrayContaining([
        'authorization',
        'cookie',
        'x-forwarded-for',
        'openai-organization',
        'x-greenroom-session',
      ]),
    );
  });

  it('uses a changed key with the next call', async () => {
    await start({ fake: { apiKey: 'another-key-0815' } });
    expect((await ask('anthropic')).status).toBe(401);
    writeFileSync(
      join(bench.folder, 'credentials/model.fast/api-key'),
      'another-key-0815',
    );
    expect((await ask('anthropic')).status).toBe(200);
  });

  it('lists the one model of the address', async () => {
    await start();
    const list = await fetch(bench.url('/llm/fast/v1/models'));
    expect(await list.json()).toMatchObject({
      data: [{ type: 'model', id: 'claude-fake' }],
    });
  });

  it('does not show the client the chunk of usage that it did not ask for', async () => {
    await start({
      model: { provider: 'openai' },
      rules: [{ reply: { text: 'Hi', usage: tokens } }],
    });
    const text = await (await ask('chat', { stream: true })).text();
    expect(text).toContain('data: [DONE]');
    expect(text).not.toContain('"choices":[]');
    expect((await usage())[0]).toMatchObject({ input_tokens: 1000 });
  });

  it('tells usage before the client can know that the answer is complete', async () => {
    await start({ rules: [{ reply: { text: 'Hi', usage: tokens } }] });
    const types: string[] = [];
    const { services } = bench.sidecar;
    const emit = services.emit;
    services.emit = (sessionId, draft) => {
      types.push(draft.type);
      return emit(sessionId, draft);
    };
    const response = await ask('anthropic', { stream: true });
    let text = '';
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk).toString();
      if (text.includes('message_stop')) types.push('seen');
    }
    expect(types[0]).toBe('agent.usage');
  });

  describe('when a call cannot be made', () => {
    const message = async (answer: Promise<Response>) => {
      const { status, message: text } = await problem(await answer);
      return [status, text];
    };

    it('says how to add a model', async () => {
      await start({ settings: { models: [] } });
      const [status, text] = await message(ask('chat'));
      expect(status).toBe(404);
      expect(text).toMatch(
        /^Agent "doctor" has no model. Add one with: kubectl create secret generic .* kubectl apply .* kubectl patch agent doctor -n default /,
      );
    });

    it('says which models there are', async () => {
      await start();
      const [status, text] = await message(
        fetch(bench.url('/llm/slow/v1/messages'), { method: 'POST' }),
      );
      expect([status, text]).toEqual([
        404,
        'Agent "doctor" has no model "slow"; it has "fast". Use /llm/fast, or add the Model to the agent or to the fallbacks of its model.',
      ]);
    });

    it('says how to add a key', async () => {
      await start({ model: { credential: 'model.gone' } });
      const [status, text] = await message(ask('anthropic'));
      expect(status).toBe(401);
      expect(text).toMatch(
        /^Model "fast" has no key. Add it with: kubectl create secret generic fast -n default .* kubectl patch model fast -n default /,
      );
    });

    it.each(['', 'two\nlines', 'späß'])(
      'refuses the key %j, which no header carries, without showing it',
      async key => {
        await start();
        writeFileSync(
          join(bench.folder, 'credentials/model.fast/api-key'),
          key,
        );
        const [status, text] = await message(ask('anthropic'));
        expect(status).toBe(401);
        expect(text).toContain('cannot be used');
        expect(key !== '' && text.includes(key)).toBe(false);
      },
    );

    it('says where a model of another provider is asked', async () => {
      await start();
      expect(await message(ask('chat'))).toEqual([
        404,
        'Model "fast" is of provider "anthropic" and cannot be asked with POST /v1/chat/completions. Ask it with POST /llm/fast/v1/messages; libraries find the base URL in ANTHROPIC_BASE_URL.',
      ]);
    });

    it('says that a provider is not supported', async () => {
      await start({ model: { provider: 'bedrock' } });
      expect(await message(ask('anthropic'))).toEqual([
        501,
        expect.stringContaining('provider "bedrock"'),
      ]);
    });

    it('says why a model cannot be reached', async () => {
      await start({ model: { base_url: 'http://127.0.0.1:1' } });
      expect(await message(ask('anthropic'))).toEqual([
        502,
        'Model "fast" does not answer: 127.0.0.1:1 could not be reached: it refuses connections. Check spec.baseURL of the Model and the cluster\'s network, or try again.',
      ]);
    });

    it.each(['[1]', '{', 'null', '"x"', '\u0000'])(
      'refuses the body %j',
      async body => {
        await start();
        expect(await message(ask('anthropic', {}, { body }))).toEqual([
          400,
          'The body is not a JSON object. Send the provider’s own request.',
        ]);
      },
    );

    it('refuses a body that is nested without end', async () => {
      await start();
      const body = `{"max_tokens":5,"messages":${'['.repeat(
        500_000,
      )}${']'.repeat(500_000)}}`;
      expect(await message(ask('anthropic', {}, { body }))).toEqual([
        400,
        'The body is nested too deep. Send the provider’s own request.',
      ]);
    });

    it('refuses a body that is larger than any provider takes', async () => {
      await start();
      const body = ' '.repeat(33 * 1024 * 1024);
      const [status] = await message(
        ask('anthropic', {}, { body, headers: { connection: 'close' } }),
      );
      expect(status).toBe(413);
    });

    it.each([-1, 0, 1.5, '5', {}])(
      'refuses %j as the most output tokens',
      async max_tokens => {
        await start();
        const [status] = await message(ask('anthropic', { max_tokens }));
        expect(status).toBe(400);
      },
    );

    it('passes the provider’s own error on, without the key that it repeats', async () => {
      await start({
        rules: [
          {
            reply: {
              error: { status: 400, message: `No such thing, ${KEY}` },
            },
          },
        ],
      });
      const { status, body } = await problem(await ask('anthropic'));
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
        await start();
        const other = await LoopbackServer.start((_request, response) =>
          response
            .writeHead(status, { location: 'http://evil.example.com/' })
            .end('<h1>Bad gateway</h1> of some proxy'),
        );
        setModel({ base_url: other.url });
        const [, text] = await message(ask('anthropic'));
        expect(text).toContain(words);
        await other.stop();
      },
    );
  });

  it('obeys a Policy about prompts, by what is new in the conversation', async () => {
    await start({
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
    const answer = await problem(await ask('anthropic', { messages: [told] }));
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
    expect((await ask('anthropic', { messages: later })).status).toBe(200);
  });

  it('tells in the stream that the provider broke off', async () => {
    await start({ rules: [{ reply: { text: 'one two three', cut: 2 } }] });
    const text = await (await ask('anthropic', { stream: true })).text();
    expect(text).toMatch(
      /event: error\ndata: .*Model \\"fast\\" broke off in the middle/,
    );
    expect((await usage())[0]).toMatchObject({ stop_reason: 'interrupted' });
  });

  describe('fallbacks', () => {
    const withFallback = (more: Partial<ModelSettings> = {}) =>
      start({ model: { fallbacks: ['spare', 'other'], ...more } }).then(() => {
        const { models } = bench.sidecar.services.settings.current;
        setModels([
          models[0],
          { ...models[0], name: 'other', provider: 'openai' },
          {
            ...models[0],
            name: 'spare',
            model: 'claude-spare',
            base_url: model.url,
          },
        ]);
      });

    it.each([429, 500, 529])(
      'asks the next model after an error %d',
      async status => {
        await withFallback();
        model.use({
          when: { model: 'claude-fake' },
          reply: { error: { status } },
        });
        const response = await ask('anthropic', { stream: true });
        expect(response.headers.get('x-greenroom-model')).toBe('spare');
        await response.text();
        expect((await usage())[0].model).toBe('spare');
      },
    );

    it('asks the next model when the first cannot be reached', async () => {
      await withFallback({ base_url: 'http://127.0.0.1:1' });
      expect((await ask('anthropic')).headers.get('x-greenroom-model')).toBe(
        'spare',
      );
    });

    it.each([400, 401, 403])(
      'does not hide an error %d, which somebody must mend',
      async status => {
        await withFallback();
        model.use({
          when: { model: 'claude-fake' },
          reply: { error: { status } },
        });
        expect((await ask('anthropic')).status).toBe(status);
        expect(model.requests.all).toHaveLength(1);
      },
    );

    it('never asks another model once the client has seen a byte', async () => {
      await withFallback();
      model.use({
        when: { model: 'claude-fake' },
        reply: { text: 'one two', cut: 1 },
      });
      await (await ask('anthropic', { stream: true })).text();
      expect(model.requests.all).toHaveLength(1);
    });
  });

  it('keeps to the limits of a model and says when to try again', async () => {
    await start({ model: { limits: { rpm: 1 } } });
    expect((await ask('anthropic')).status).toBe(200);
    const second = await ask('anthropic');
    expect(second.headers.get('x-should-retry')).toBe('true');
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(second)).toMatchObject({
      status: 429,
      body: { error: { type: 'rate_limit_error' } },
      message: expect.stringContaining('limited to 1 requests a minute'),
    });
  });

  describe('budget', () => {
    const budget = {
      tokens: 10_000,
      window: 'Day',
      on_exceeded: 'Stop',
    } as const;

    /** The operator's part: what is set aside and used never passes the limit. */
    function aLedger() {
      const held = new Map<string, number>();
      const ledger = { held, most: 0 };
      const limit = () =>
        bench.operator
          .events(SESSION_ID)
          .flatMap(({ type, payload }) =>
            type === 'budget.extended'
              ? [(payload as { limit_tokens: number }).limit_tokens]
              : [],
          )
          .at(-1) ?? budget.tokens;
      bench.operator.answer = ({ method, params }) => {
        const id = params.request_id as string;
        if (method === 'settle') {
          const used = params.usage as TokenUsage;
          held.set(id, used.input_tokens + used.output_tokens);
          return {};
        }
        if (method !== 'reserve') return { name: 'approval-1' };
        const sum = [...held.values()].reduce((all, each) => all + each, 0);
        const asked = params.tokens as number;
        if (sum + asked > limit())
          return {
            granted: false,
            message: `Agent "doctor" has ${
              budget.tokens - sum
            } of 10000 tokens left today.`,
          };
        held.set(id, asked);
        ledger.most = Math.max(ledger.most, sum + asked);
        return { granted: true };
      };
      return ledger;
    }

    it('never lets 50 calls at once pass a limit for 10', async () => {
      await start({
        settings: { budget },
        rules: [{ reply: { text: 'Hi', usage: { input: 60, output: 900 } } }],
      });
      const ledger = aLedger();
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          ask('anthropic', { max_tokens: 900, stream: true }),
        ),
      );
      await Promise.all(answers.map(answer => answer.text()));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses.filter(status => status === 200)).toHaveLength(10);
      expect(statuses.filter(status => status === 402)).toHaveLength(40);
      expect(model.requests.all).toHaveLength(10);
      expect(ledger.most).toBeLessThanOrEqual(budget.tokens);
      const total = (await usage(10)).reduce(
        (sum, each) => sum + each.input_tokens + each.output_tokens,
        0,
      );
      expect(total).toBeLessThanOrEqual(budget.tokens);
    });

    it('refuses in a sentence, tells clients not to repeat it, and records it', async () => {
      await start({ settings: { budget } });
      aLedger();
      const answer = await ask('anthropic', { max_tokens: 20_000 });
      expect(answer.headers.get('x-should-retry')).toBe('false');
      expect(await problem(answer)).toMatchObject({
        status: 402,
        message: 'Agent "doctor" has 10000 of 10000 tokens left today.',
        body: { error: { type: 'billing_error' } },
      });
      const event = await bench.operator.until('budget.exceeded', () =>
        bench.operator
          .events(SESSION_ID)
          .find(({ type }) => type === 'budget.exceeded'),
      );
      expect(event.payload).toMatchObject({
        window: 'Day',
        limit_tokens: 10_000,
        message: 'Agent "doctor" has 10000 of 10000 tokens left today.',
      });
      expect(model.requests.all).toHaveLength(0);
    });

    describe('that asks people for more', () => {
      const decide = async (rest: object) => {
        const call = await bench.operator.until('approval', () =>
          bench.operator
            .messages('call')
            .find(({ method }) => method === 'create_approval'),
        );
        const params = call.params as { request_id: string };
        bench.operator.send({
          type: 'decision',
          session_id: SESSION_ID,
          request_id: params.request_id,
          approval: 'approval-1',
          approved: true,
          decided_by: 'jane',
          ...rest,
        });
        return params;
      };
      const begin = () =>
        start({
          settings: { budget: { ...budget, on_exceeded: 'Ask' } },
          rules: [{ reply: { text: 'Hi', usage: { input: 60, output: 900 } } }],
        });

      it('asks once for all calls that wait, and goes on with what they give', async () => {
        await begin();
        const ledger = aLedger();
        const answers = Array.from({ length: 15 }, () =>
          ask('anthropic', { max_tokens: 900 }),
        );
        const params = await decide({});
        expect(params).toMatchObject({
          type: 'Permission',
          action:
            'Raise the budget of Agent "doctor" to 20000 tokens for today',
          arguments: { limit_tokens: 20_000 },
        });
        const statuses = (await Promise.all(answers)).map(each => each.status);
        expect(statuses).toEqual(Array(15).fill(200));
        expect(ledger.most).toBeLessThanOrEqual(20_000);
        const asked = bench.operator
          .messages('call')
          .filter(({ method }) => method === 'create_approval');
        expect(asked).toHaveLength(1);
      });

      it('takes the limit that the person wrote instead', async () => {
        await begin();
        aLedger();
        const answer = ask('anthropic', { max_tokens: 11_000 });
        await decide({ edited_arguments: { limit_tokens: 12_000 } });
        expect((await answer).status).toBe(200);
        const event = bench.operator
          .events(SESSION_ID)
          .find(({ type }) => type === 'budget.extended');
        expect(event?.payload).toEqual({
          window: 'Day',
          limit_tokens: 12_000,
          approval: 'approval-1',
          decided_by: 'jane',
          message: 'jane raised the budget to 12000 tokens for today.',
        });
      });

      it('refuses in the person’s words', async () => {
        await begin();
        aLedger();
        const answer = ask('anthropic', { max_tokens: 11_000 });
        await decide({ approved: false, reason: 'enough for today' });
        expect(await problem(await answer)).toMatchObject({
          status: 402,
          message:
            'Agent "doctor" has 10000 of 10000 tokens left today. More was refused: enough for today',
        });
      });
    });

    it('reserves the request and its longest answer, and settles with what was used', async () => {
      await start({
        settings: { budget },
        rules: [{ reply: { text: 'Hi', usage: { input: 10, output: 5 } } }],
      });
      const ledger = aLedger();
      await (await ask('anthropic', { max_tokens: 500 })).text();
      const { body } = model.requests.all[0];
      const bytes = Buffer.byteLength(JSON.stringify(body));
      expect(ledger.most).toBe(Math.ceil(bytes / 3) + 500);
      await bench.operator.until('settled', () =>
        [...ledger.held.values()].includes(15),
      );
    });

    it.each([
      ['chat', 'openai', 'max_completion_tokens'],
      ['chat', 'openai-compatible', 'max_tokens'],
      ['responses', 'openai', 'max_output_tokens'],
    ] as const)(
      'bounds what %s of %s may answer, so that it can be paid for',
      async (api, provider, field) => {
        await start({ settings: { budget }, model: { provider } });
        const ledger = aLedger();
        await (await ask(api)).text();
        expect(model.requests.all[0].body).toMatchObject({ [field]: 8_192 });
        expect(ledger.most).toBeGreaterThan(8_192);
      },
    );

    it('pays for each of the answers that were asked for', async () => {
      await start({ settings: { budget }, model: { provider: 'openai' } });
      aLedger();
      const body = { max_completion_tokens: 4_000, n: 3 };
      expect((await ask('chat', body)).status).toBe(402);
    });

    it.each(['previous_response_id', 'conversation'])(
      'refuses %s, whose input nobody knows',
      async field => {
        await start({ settings: { budget }, model: { provider: 'openai' } });
        aLedger();
        const { status, message } = await problem(
          await ask('responses', { [field]: 'x' }),
        );
        expect([status, message]).toEqual([
          400,
          expect.stringContaining('Send the whole conversation in input.'),
        ]);
      },
    );

    it('gives back what a call set aside that nobody answered', async () => {
      await start({
        settings: { budget },
        model: { base_url: 'http://127.0.0.1:1' },
      });
      const ledger = aLedger();
      expect((await ask('anthropic', { max_tokens: 9_000 })).status).toBe(502);
      await bench.operator.until('settled', () =>
        [...ledger.held.values()].every(each => each === 0),
      );
      expect(ledger.most).toBeGreaterThan(9_000);
    });

    it('makes no call while nobody can tell whether it fits', async () => {
      await start({ settings: { budget } });
      bench.operator.answer = () => ({ nonsense: true });
      const { status, message } = await problem(await ask('anthropic'));
      expect(status).toBe(503);
      expect(message).toContain('the operator could not be asked');
      expect(model.requests.all).toHaveLength(0);
    });

    it('makes no call to a model without a price when the budget is money', async () => {
      await start({
        settings: { budget: { ...budget, tokens: undefined, cost_usd: '5' } },
        model: { pricing: undefined },
      });
      aLedger();
      const { status, message } = await problem(await ask('anthropic'));
      expect(status).toBe(402);
      expect(message).toContain('kubectl patch model fast -n default');
    });
  });
});
