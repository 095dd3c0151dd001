import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What the model says to one request. */
export interface ScriptedAnswer {
  thinking?: string;
  text?: string;
  calls?: { id: string; name: string; input: unknown }[];
  inputTokens?: number;
  /** Answers with this status and body instead. */
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** `hang`: says the text and then nothing; `cut`: breaks the connection after the text. */
  then?: 'hang' | 'cut';
}

/** A model that says what it was told to, in the wire format it is asked in. */
export interface ScriptedModel {
  url: string;
  requests: { path: string; headers: Record<string, unknown>; body: any }[];
  /** Requests whose connection the caller closed early. */
  aborted: number;
  stop(): void;
}

/** Tools of the MCP servers beside it: what each answers. */
export type ScriptedTools = Record<
  string,
  { answer: string; isError?: boolean }
>;

/**
 * Starts one that answers the n-th request with the n-th answer. With tools it is an MCP server at every path under
 * `/mcp`, too; without them there is none.
 */
export async function startScriptedModel(
  answers: ScriptedAnswer[],
  tools?: ScriptedTools,
): Promise<ScriptedModel> {
  const queue = [...answers];
  const model: ScriptedModel = {
    url: '',
    requests: [],
    aborted: 0,
    stop: () => undefined,
  };
  const server = createServer(async (request, response) => {
    const body = JSON.parse((await buffer(request)).toString() || '{}');
    if (request.url!.startsWith('/mcp')) {
      answerMcp(response, body, tools);
      return;
    }
    model.requests.push({ path: request.url!, headers: request.headers, body });
    const answer = queue.shift() ?? { status: 500, body: 'the script is over' };
    response.on('close', () => {
      if (!response.writableFinished) model.aborted += 1;
    });
    if (answer.status) {
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        ...answer.headers,
      });
      response.end(JSON.stringify(answer.body));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = request.url!.endsWith('/messages')
      ? writeAnthropic
      : writeOpenAi;
    write(response, answer);
  });
  model.stop = () => {
    server.close();
    server.closeAllConnections();
  };
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  model.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return model;
}

function answerMcp(
  response: ServerResponse,
  message: { id?: number; method?: string; params?: { name?: string } },
  tools: ScriptedTools | undefined,
): void {
  if (!tools || message.id === undefined) {
    response.writeHead(tools ? 202 : 404).end();
    return;
  }
  const result = () => {
    switch (message.method) {
      case 'initialize':
        return {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'scripted', version: '1' },
        };
      case 'tools/list':
        return {
          tools: Object.keys(tools).map(name => ({
            name,
            description: `Does ${name}.`,
            inputSchema: { type: 'object' },
          })),
        };
      case 'tools/call': {
        const { answer, isError } = tools[message.params!.name!];
        return { content: [{ type: 'text', text: answer }], isError };
      }
      default:
        return undefined;
    }
  };
  const found = result();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      jsonrpc: '2.0',
      id: message.id,
      ...(found
        ? { result: found }
        : { error: { code: -32601, message: 'no such method' } }),
    }),
  );
}

function writeAnthropic(
  response: ServerResponse,
  answer: ScriptedAnswer,
): void {
  const send = (event: { type: string; [field: string]: unknown }) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  let index = 0;
  const block = (start: object, deltas: object[]) => {
    send({ type: 'content_block_start', index, content_block: start });
    for (const delta of deltas)
      send({ type: 'content_block_delta', index, delta });
    send({ type: 'content_block_stop', index });
    index += 1;
  };
  send({
    type: 'message_start',
    message: {
      id: 'm',
      type: 'message',
      role: 'assistant',
      content: [],
      model: 'scripted',
      stop_reason: null,
      usage: {
        input_tokens: answer.inputTokens ?? 10,
        output_tokens: 1,
        cache_read_input_tokens: 0,
      },
    },
  });
  if (answer.thinking) {
    block({ type: 'thinking', thinking: '', signature: '' }, [
      { type: 'thinking_delta', thinking: answer.thinking },
      { type: 'signature_delta', signature: 'signed' },
    ]);
  }
  if (answer.text) {
    block(
      { type: 'text', text: '' },
      halves(answer.text).map(text => ({ type: 'text_delta', text })),
    );
  }
  if (answer.then === 'hang') return;
  if (answer.then === 'cut') {
    response.destroy();
    return;
  }
  for (const { id, name, input } of answer.calls ?? []) {
    block({ type: 'tool_use', id, name, input: {} }, [
      { type: 'input_json_delta', partial_json: JSON.stringify(input) },
    ]);
  }
  send({
    type: 'message_delta',
    delta: { stop_reason: answer.calls ? 'tool_use' : 'end_turn' },
    usage: { output_tokens: 7 },
  });
  send({ type: 'message_stop' });
  response.end();
}

function writeOpenAi(response: ServerResponse, answer: ScriptedAnswer): void {
  const send = (delta: object, finish: string | null = null, usage?: object) =>
    response.write(
      `data: ${JSON.stringify({
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'scripted',
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...(usage && { usage }),
      })}\n\n`,
    );
  for (const content of halves(answer.text ?? ''))
    send({ role: 'assistant', content });
  if (answer.then === 'hang') return;
  if (answer.then === 'cut') {
    response.destroy();
    return;
  }
  for (const [index, { id, name, input }] of (answer.calls ?? []).entries()) {
    send({
      tool_calls: [
        {
          index,
          id,
          type: 'function',
          function: { name, arguments: JSON.stringify(input) },
        },
      ],
    });
  }
  send({}, answer.calls ? 'tool_calls' : 'stop', {
    prompt_tokens: answer.inputTokens ?? 10,
    completion_tokens: 7,
    total_tokens: (answer.inputTokens ?? 10) + 7,
  });
  response.end('data: [DONE]\n\n');
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter(Boolean);
}
