import type { AgentSettings, ModelSettings } from '@greenroom/protocol';
import { FakeModel, type ModelRule } from '@greenroom/testing';
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

async function usage(count = 1) {
  const events = () =>
    bench.operator
      .events(SESSION_ID)
      .filter(({ type }) => type === 'agent.usage');
  await bench.operator.until('usage', () => events().length >= count);
  return events().map(({ payload }) => payload);
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
        const [settings] = bench.operator.settings.models;
        const changed = {
          ...bench.operator.settings,
          digest: 'd2',
          models: [{ ...settings, provider, base_url: `${model.url}${path}` }],
        };
        bench.sidecar.services.settings.set(changed);
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
        if (api !== 'anthropic')
          expect(event).toMatchObject({ reasoning_tokens: 20 });
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
});
