import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelRule } from '@greenroom/testing';
import { SESSION_ID } from '../../testkit/startTestSidecar';
import { KEY, ModelBench, PATHS, problem } from './testkit/ModelBench';

const gateway = new ModelBench();

afterEach(() => gateway.close());

const tokens = { input: 1000, output: 50, cacheRead: 400, reasoning: 20 };

describe('LlmGateway', () => {
  describe.each([
    ['anthropic', 'anthropic', ''],
    ['chat', 'openai', '/v1'],
    ['chat', 'openai-compatible', '/v1'],
    ['responses', 'openai', '/v1'],
  ] as const)('%s of %s', (api, provider, path) => {
    const begin = (rules: ModelRule[]) =>
      gateway.start({ rules }).then(() => {
        gateway.setModel({ provider, base_url: `${gateway.model.url}${path}` });
      });

    it.each([true, false])(
      'is asked with the key and metered (stream: %s)',
      async stream => {
        await begin([{ reply: { text: 'Hi there', usage: tokens } }]);
        const response = await gateway.ask(api, { stream });
        expect(response.status).toBe(200);
        expect(await response.text()).toContain('Hi');
        const [request] = gateway.model.requests.all;
        expect(request.model).toBe('claude-fake');
        const [event] = await gateway.usage();
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
      const relayed = await (await gateway.ask(api, body)).text();
      const direct = await fetch(`${gateway.model.url}${PATHS[api]}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'x-api-key': KEY },
        body: JSON.stringify(gateway.model.requests.all[0].body),
      });
      const ids = /(fake|msg|resp|chatcmpl|rs)[-_a-z]*-?\d+/g;
      expect(relayed.replace(ids, '')).toBe(
        (await direct.text()).replace(ids, ''),
      );
    });

    it('aborts the provider’s work when the client goes', async () => {
      await begin([{ reply: { text: 'one two three', tokenDelayMs: 2_000 } }]);
      const abort = new AbortController();
      const response = await gateway.ask(
        api,
        { stream: true },
        { signal: abort.signal },
      );
      await response.body!.getReader().read();
      const before = Date.now();
      abort.abort();
      const request = await gateway.model.requests.waitFor(
        ({ outcome }) => outcome === 'aborted',
      );
      expect(request.endedAt! - before).toBeLessThan(1_000);
      expect((await gateway.usage())[0]).toMatchObject({
        stop_reason: 'aborted',
      });
    });
  });

  it('aborts the provider’s work when the turn is cancelled', async () => {
    await gateway.start({ rules: [{ reply: { hang: true } }] });
    const answer = gateway.ask('anthropic', { stream: true });
    await gateway.model.requests.waitFor(() => true);
    const before = Date.now();
    gateway.bench.sidecar.services.sessions.turnSignals.end(
      SESSION_ID,
      'cancelled',
    );
    const request = await gateway.model.requests.waitFor(
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
    await gateway.start();
    await gateway.ask(
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
    const { headers } = gateway.model.requests.all[0];
    expect(headers).toMatchObject({
      'x-api-key': KEY,
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'x-1',
      host: new URL(gateway.model.url).host,
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
    await gateway.start({ fake: { apiKey: 'another-key-0815' } });
    expect((await gateway.ask('anthropic')).status).toBe(401);
    writeFileSync(
      join(gateway.bench.folder, 'credentials/model.fast/api-key'),
      'another-key-0815',
    );
    expect((await gateway.ask('anthropic')).status).toBe(200);
  });

  it('lists the one model of the address', async () => {
    await gateway.start();
    const list = await fetch(gateway.bench.url('/llm/fast/v1/models'));
    expect(await list.json()).toMatchObject({
      data: [{ type: 'model', id: 'claude-fake' }],
    });
  });

  it('does not show the client the chunk of usage that it did not ask for', async () => {
    await gateway.start({
      model: { provider: 'openai' },
      rules: [{ reply: { text: 'Hi', usage: tokens } }],
    });
    const text = await (await gateway.ask('chat', { stream: true })).text();
    expect(text).toContain('data: [DONE]');
    expect(text).not.toContain('"choices":[]');
    expect((await gateway.usage())[0]).toMatchObject({ input_tokens: 1000 });
  });

  it('tells usage before the client can know that the answer is complete', async () => {
    await gateway.start({ rules: [{ reply: { text: 'Hi', usage: tokens } }] });
    const types: string[] = [];
    const { services } = gateway.bench.sidecar;
    const emit = services.emit;
    services.emit = (sessionId, draft) => {
      types.push(draft.type);
      return emit(sessionId, draft);
    };
    const response = await gateway.ask('anthropic', { stream: true });
    let text = '';
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk).toString();
      if (text.includes('message_stop')) types.push('seen');
    }
    expect(types[0]).toBe('agent.usage');
  });

  it('tells in the stream that the provider broke off', async () => {
    await gateway.start({
      rules: [{ reply: { text: 'one two three', cut: 2 } }],
    });
    const text = await (
      await gateway.ask('anthropic', { stream: true })
    ).text();
    expect(text).toMatch(
      /event: error\ndata: .*Model \\"fast\\" broke off in the middle/,
    );
    expect((await gateway.usage())[0]).toMatchObject({
      stop_reason: 'interrupted',
    });
  });

  it('keeps to the limits of a model and says when to try again', async () => {
    await gateway.start({ model: { limits: { rpm: 1 } } });
    expect((await gateway.ask('anthropic')).status).toBe(200);
    const second = await gateway.ask('anthropic');
    expect(second.headers.get('x-should-retry')).toBe('true');
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(second)).toMatchObject({
      status: 429,
      body: { error: { type: 'rate_limit_error' } },
      message: expect.stringContaining('limited to 1 requests a minute'),
    });
  });
});
