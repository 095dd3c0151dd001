import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ToolSettings } from '@greenroom/protocol';
import { SchemaChecks } from './SchemaChecks';
import { UpstreamClient } from './UpstreamClient';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Message {
  id?: number;
  method: string;
  params?: { _meta?: { progressToken?: number } };
}

/** A server of the oldest kind: answers come on a stream of events of their own. */
async function anSseServer(
  answer: (message: Message) => unknown,
): Promise<{ url: string; cut(): void }> {
  let stream: ServerResponse | undefined;
  const say = (message: object) =>
    stream?.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      stream = response.writeHead(200, { 'content-type': 'text/event-stream' });
      stream.write('event: endpoint\ndata: /messages\n\n');
      return;
    }
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      response.writeHead(202).end();
      const message = JSON.parse(body) as Message;
      const progressToken = message.params?._meta?.progressToken;
      if (message.method === 'tools/call' && progressToken !== undefined) {
        say({
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken, progress: 1, total: 2, message: 'Half.' },
        });
      }
      void Promise.resolve(answer(message)).then(result => {
        if (message.id !== undefined && result)
          say({ jsonrpc: '2.0', id: message.id, result });
      });
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  ends.push(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/sse`,
    cut: () => server.closeAllConnections(),
  };
}

const answers: Record<string, unknown> = {
  initialize: {
    protocolVersion: '2024-11-05',
    capabilities: { tools: {} },
    serverInfo: { name: 'old', version: '1' },
  },
  'tools/list': {
    tools: [
      {
        name: 'sum',
        inputSchema: { type: 'object' },
        outputSchema: {
          type: 'object',
          properties: { sum: { type: 'number' } },
          required: ['sum'],
        },
      },
    ],
  },
  'tools/call': {
    content: [{ type: 'text', text: '3' }],
    structuredContent: { sum: 3 },
  },
};

async function aClient(url: string): Promise<UpstreamClient> {
  const binding: ToolSettings = {
    name: 'old',
    url,
    transport: 'sse',
    approval: 'Never',
  };
  const client = await UpstreamClient.connect(
    {
      binding,
      credentialsDir: '/nowhere',
      version: '1',
      checks: await SchemaChecks.load(),
    },
    new AbortController().signal,
  );
  ends.push(() => client.close());
  return client;
}

const aCall = {
  name: 'sum',
  arguments: { a: 1, b: 2 },
  signal: new AbortController().signal,
  timeoutMs: 2_000,
};

describe('a server that answers on a stream of its own', () => {
  it('is listed and called, and its progress is passed on', async () => {
    const told: unknown[] = [];
    let tell: (result: unknown) => void = () => undefined;
    const { url } = await anSseServer(({ method }) =>
      method === 'tools/call'
        ? new Promise(resolve => {
            tell = resolve;
          })
        : answers[method],
    );
    const client = await aClient(url);
    const { signal } = aCall;
    expect((await client.list(signal)).map(({ name }) => name)).toEqual([
      'sum',
    ]);
    const result = await client.call({
      ...aCall,
      onProgress: progress => {
        told.push(progress);
        tell(answers['tools/call']);
      },
    });
    expect(result.structuredContent).toEqual({ sum: 3 });
    expect(told).toEqual([
      expect.objectContaining({ progress: 1, total: 2, message: 'Half.' }),
    ]);
  });

  it('must keep to its own schema', async () => {
    const { url } = await anSseServer(({ method }) =>
      method === 'tools/call'
        ? { content: [], structuredContent: { sum: 'three' } }
        : answers[method],
    );
    const client = await aClient(url);
    await client.list(aCall.signal);
    await expect(client.call(aCall)).rejects.toThrow(
      /does not match the tool's output schema/,
    );
  });

  it('cannot keep anybody waiting when its stream is cut', async () => {
    const server = await anSseServer(({ method }) => {
      if (method !== 'tools/call') return answers[method];
      setImmediate(() => server.cut());
      return undefined;
    });
    const client = await aClient(server.url);
    const began = performance.now();
    await expect(client.call({ ...aCall, timeoutMs: 500 })).rejects.toThrow(
      /Tool "old"/,
    );
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(client.isBroken).toBe(true);
  });
});
