import { FakeModel } from './FakeModel';
import type { ModelRule } from './ModelRule';

const tool = {
  name: 'read_file',
  description: 'Reads',
  parameters: { type: 'object', properties: {} },
};

/** How each API is asked, and where its answer has what it says. */
const apis = {
  anthropic: {
    path: '/v1/messages',
    body: (text: string, stream: boolean) => ({
      model: 'fake',
      max_tokens: 100,
      stream,
      system: 'Be brief.',
      messages: [{ role: 'user', content: [{ type: 'text', text }] }],
      tools: [{ name: tool.name, input_schema: tool.parameters }],
    }),
    textOf: (body: any) =>
      body.content.find((each: any) => each.type === 'text')?.text ?? '',
    callOf: (body: any) =>
      body.content.find((each: any) => each.type === 'tool_use'),
    callArguments: (call: any) => call.input,
    deltaOf: (data: any) => data.delta?.text ?? '',
    argumentsDelta: (data: any) => data.delta?.partial_json ?? '',
    usageOf: (body: any) => [
      body.usage.input_tokens + body.usage.cache_read_input_tokens,
      body.usage.cache_read_input_tokens,
      body.usage.output_tokens,
    ],
    last: 'message_stop',
  },
  chat: {
    path: '/v1/chat/completions',
    body: (text: string, stream: boolean) => ({
      model: 'fake',
      stream,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: text },
      ],
      tools: [{ type: 'function', function: tool }],
    }),
    textOf: (body: any) => body.choices[0].message.content ?? '',
    callOf: (body: any) => body.choices[0].message.tool_calls?.[0].function,
    callArguments: (call: any) => JSON.parse(call.arguments),
    deltaOf: (data: any) => data.choices?.[0]?.delta?.content ?? '',
    argumentsDelta: (data: any) =>
      data.choices?.[0]?.delta?.tool_calls?.[0].function.arguments ?? '',
    usageOf: (body: any) => [
      body.usage.prompt_tokens,
      body.usage.prompt_tokens_details.cached_tokens,
      body.usage.completion_tokens,
    ],
    last: '[DONE]',
  },
  responses: {
    path: '/v1/responses',
    body: (text: string, stream: boolean) => ({
      model: 'fake',
      stream,
      instructions: 'Be brief.',
      input: [{ role: 'user', content: [{ type: 'input_text', text }] }],
      tools: [{ type: 'function', ...tool }],
    }),
    textOf: (body: any) =>
      body.output.find((each: any) => each.type === 'message')?.content[0]
        .text ?? '',
    callOf: (body: any) =>
      body.output.find((each: any) => each.type === 'function_call'),
    callArguments: (call: any) => JSON.parse(call.arguments),
    deltaOf: (data: any) =>
      data.type === 'response.output_text.delta' ? data.delta : '',
    argumentsDelta: (data: any) =>
      data.type === 'response.function_call_arguments.delta' ? data.delta : '',
    usageOf: (body: any) => [
      body.usage.input_tokens,
      body.usage.input_tokens_details.cached_tokens,
      body.usage.output_tokens,
    ],
    last: 'response.completed',
  },
};

const running: FakeModel[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(model => model.stop()));
});

async function aModel(
  rules: ModelRule[] = [],
  options: Parameters<typeof FakeModel.start>[0] = {},
) {
  const model = await FakeModel.start({ rules, ...options });
  running.push(model);
  return model;
}

type Api = (typeof apis)[keyof typeof apis];

function ask(
  model: FakeModel,
  api: Api,
  {
    text = 'Hello',
    stream = false,
    signal,
  }: { text?: string; stream?: boolean; signal?: AbortSignal } = {},
) {
  return fetch(`${model.url}${api.path}`, {
    method: 'POST',
    signal,
    body: JSON.stringify(api.body(text, stream)),
  });
}

/** The data of each server-sent event. */
function events(text: string): any[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) =>
    data === '[DONE]' ? data : JSON.parse(data),
  );
}

describe.each(Object.entries(apis))('%s', (name, api) => {
  it('answers as a whole', async () => {
    const model = await aModel([
      {
        reply: {
          text: 'Hi there',
          usage: { input: 30, cacheRead: 20, output: 3 },
        },
      },
    ]);
    const body = await (await ask(model, api)).json();
    expect(api.textOf(body)).toBe('Hi there');
    expect(api.usageOf(body)).toEqual([30, 20, 3]);
    expect(model.requests.all).toMatchObject([
      {
        api: name,
        model: 'fake',
        stream: false,
        system: 'Be brief.',
        tools: ['read_file'],
        messages: [{ role: 'user', text: 'Hello' }],
        outcome: 'answered',
      },
    ]);
  });

  it('answers in pieces that make the same text', async () => {
    const model = await aModel([
      { reply: { text: 'One two  three\nfour ', thinking: 'hm' } },
    ]);
    const response = await ask(model, api, { stream: true });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const said = events(await response.text());
    const deltas = said.map(api.deltaOf).filter(Boolean);
    expect(deltas.length).toBeGreaterThan(3);
    expect(deltas.join('')).toBe('One two  three\nfour ');
    expect(said.at(-1).type ?? said.at(-1)).toBe(api.last);
  });

  it('calls tools, whole and in pieces', async () => {
    const call = { name: 'read_file', arguments: { path: 'a b.txt', n: 1 } };
    const model = await aModel([
      { reply: { toolCalls: [call], pieceLength: 4 } },
    ]);
    const whole = await (await ask(model, api)).json();
    const called = api.callOf(whole);
    expect(called.name).toBe('read_file');
    expect(api.callArguments(called)).toEqual(call.arguments);
    const streamed = events(
      await (await ask(model, api, { stream: true })).text(),
    );
    expect(JSON.parse(streamed.map(api.argumentsDelta).join(''))).toEqual(
      call.arguments,
    );
  });

  it('follows the first rule that holds and is not used up', async () => {
    const model = await aModel([
      {
        name: 'once',
        when: { contains: 'again' },
        times: 1,
        reply: { text: 'first' },
      },
      { when: { matches: '^ag.in$' }, reply: { text: 'then' } },
      {
        when: { contains: 'no tool', tool: 'other' },
        reply: { text: 'never' },
      },
    ]);
    const said = [];
    for (const text of ['again', 'again', 'no tool']) {
      said.push(api.textOf(await (await ask(model, api, { text })).json()));
    }
    expect(said).toEqual(['first', 'then', 'You said: no tool']);
    expect(model.requests.all.map(({ rule }) => rule)).toEqual([
      'once',
      '1',
      undefined,
    ]);
  });

  it('fails as the provider does', async () => {
    const model = await aModel([
      {
        reply: { error: { status: 529, message: 'Overloaded', retryAfter: 3 } },
      },
    ]);
    const response = await ask(model, api, { stream: true });
    expect(response.status).toBe(529);
    expect(response.headers.get('retry-after')).toBe('3');
    expect((await response.json()).error.message).toBe('Overloaded');
  });

  it('limits the rate and says when to come back', async () => {
    const model = await aModel([], {
      rateLimit: { requests: 1, windowMs: 60_000 },
    });
    expect((await ask(model, api)).status).toBe(200);
    const limited = await ask(model, api);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('wants the key it was given', async () => {
    const model = await aModel([], { apiKey: 'right' });
    expect((await ask(model, api)).status).toBe(401);
    const withKey = await fetch(`${model.url}${api.path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer right' },
      body: JSON.stringify(api.body('x', false)),
    });
    expect(withKey.status).toBe(200);
  });

  it.each([
    ['before the headers', { cut: 'before' as const }, false],
    ['in the middle of the whole', { cut: 1 }, false],
    ['after two pieces', { cut: 2 }, true],
  ])('cuts the connection %s', async (_, cut, stream) => {
    const model = await aModel([{ reply: { text: 'a b c d', ...cut } }]);
    const reading = ask(model, api, { stream }).then(each => each.text());
    await expect(reading).rejects.toThrow();
    await model.requests.waitFor(({ outcome }) => outcome === 'cut');
  });

  it('breaks a stream off with an error', async () => {
    const model = await aModel([
      {
        reply: {
          text: 'a b c',
          error: { status: 529, message: 'Too much', afterPieces: 2 },
        },
      },
    ]);
    const said = events(await (await ask(model, api, { stream: true })).text());
    expect(said.map(api.deltaOf).join('')).toBe('a b');
    expect(JSON.stringify(said.at(-1))).toContain('Too much');
  });

  it.each([
    ['while it hangs', { hang: true }],
    ['between slow pieces', { text: 'a b c d e f', tokenDelayMs: 60_000 }],
    ['before it begins', { text: 'late', delayMs: 60_000 }],
  ])('notices that the client hung up %s', async (_, reply) => {
    const model = await aModel([{ reply }]);
    const client = new AbortController();
    const reading = ask(model, api, {
      stream: true,
      signal: client.signal,
    }).then(each => each.text());
    await model.requests.waitFor(() => true);
    client.abort();
    await expect(reading).rejects.toThrow();
    await model.requests.waitFor(({ outcome }) => outcome === 'aborted');
  });

  it('refuses a body that the provider would refuse', async () => {
    const model = await aModel();
    const response = await fetch(`${model.url}${api.path}`, {
      method: 'POST',
      body: '{"model": 5}',
    });
    expect(response.status).toBe(400);
    expect(model.requests.all).toEqual([]);
  });
});

describe('the conversation', () => {
  it('is understood with its tool results in each format', async () => {
    const model = await aModel([
      { when: { afterTools: true, turn: 1 }, reply: { text: 'after tools' } },
    ]);
    const conversations: [string, object][] = [
      [
        '/v1/messages',
        {
          model: 'fake',
          max_tokens: 9,
          messages: [
            { role: 'user', content: 'go' },
            {
              role: 'assistant',
              content: [{ type: 'tool_use', id: 't1', name: 'x', input: {} }],
            },
            {
              role: 'user',
              content: [
                { type: 'tool_result', tool_use_id: 't1', content: 'ok' },
              ],
            },
          ],
        },
      ],
      [
        '/v1/chat/completions',
        {
          model: 'fake',
          messages: [
            { role: 'user', content: 'go' },
            {
              role: 'assistant',
              content: null,
              tool_calls: [
                {
                  id: 't1',
                  type: 'function',
                  function: { name: 'x', arguments: '{}' },
                },
              ],
            },
            { role: 'tool', tool_call_id: 't1', content: 'ok' },
          ],
        },
      ],
      [
        '/v1/responses',
        {
          model: 'fake',
          input: [
            { role: 'user', content: 'go' },
            {
              type: 'function_call',
              call_id: 't1',
              name: 'x',
              arguments: '{}',
            },
            { type: 'function_call_output', call_id: 't1', output: 'ok' },
          ],
        },
      ],
    ];
    for (const [path, body] of conversations) {
      const response = await fetch(`${model.url}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      expect(await response.text()).toContain('after tools');
    }
    expect(
      model.requests.all.map(({ messages }) => messages.at(-1)),
    ).toMatchObject(Array(3).fill({ text: 'ok', toolResults: ['t1'] }));
  });

  it('is scripted and read by other programs over HTTP', async () => {
    const model = await aModel();
    const post = (rules: unknown) =>
      fetch(`${model.url}/_fake/rules`, {
        method: 'POST',
        body: JSON.stringify(rules),
      });
    expect((await post([{ reply: { text: 'scripted' } }])).status).toBe(200);
    expect((await post([{ reply: { txt: 'wrong' } }])).status).toBe(400);
    expect(await (await ask(model, apis.chat)).text()).toContain('scripted');
    const seen = await (await fetch(`${model.url}/_fake/requests`)).json();
    expect(seen).toMatchObject([{ api: 'chat', outcome: 'answered' }]);
  });
});
