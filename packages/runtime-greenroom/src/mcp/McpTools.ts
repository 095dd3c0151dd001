import {
  Client,
  StreamableHTTPClientTransport,
  type Tool,
} from '@modelcontextprotocol/client';
import type { ToolAnswer, ToolCaller } from '../playbook/StepContext';
import type { SessionContext } from '../sessions/SessionContext';

/** Time to connect to a server of the same pod. */
const CONNECT_TIMEOUT_MS = 30_000;

/** A tool of one of the session's MCP servers. */
export interface ServerTool {
  server: string;
  tool: Tool;
}

/** The session's MCP servers, each reached through the sidecar and connected when first needed. */
export class McpTools implements ToolCaller {
  private readonly clients = new Map<string, Promise<Client>>();

  constructor(private readonly session: SessionContext) {}

  async call(
    server: string,
    tool: string,
    args: Record<string, unknown>,
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<ToolAnswer> {
    const client = await this.client(server);
    const result = await client.callTool(
      { name: tool, arguments: args },
      { signal: options.signal, timeout: options.timeoutMs },
    );
    return {
      text: result.content
        .map(part =>
          part.type === 'text' ? part.text : `[${part.type} content]`,
        )
        .join('\n'),
      structured: result.structuredContent,
      isError: result.isError === true,
    };
  }

  /** All tools of a server. */
  async list(server: string): Promise<ServerTool[]> {
    const client = await this.client(server);
    const { tools } = await client.listTools();
    return tools.map(tool => ({ server, tool }));
  }

  async close(): Promise<void> {
    const clients = [...this.clients.values()];
    this.clients.clear();
    // A server that could not be reached has nothing to close.
    await Promise.allSettled(
      clients.map(async client => (await client).close()),
    );
  }

  private client(server: string): Promise<Client> {
    const known = this.clients.get(server);
    if (known) return known;
    const connecting = this.connect(server);
    this.clients.set(server, connecting);
    // A failed connection is tried anew by the next call.
    connecting.catch(() => this.clients.delete(server));
    return connecting;
  }

  private async connect(server: string): Promise<Client> {
    const { mcp, session_id: sessionId } = this.session.open;
    const entry = mcp.find(({ name }) => name === server);
    if (!entry) {
      const names = mcp.map(({ name }) => name).join(', ') || 'none';
      throw new Error(
        `There is no tool server "${server}" in this session. Bound are: ${names}. Add it to spec.tools of the Agent`,
      );
    }
    const client = new Client(
      { name: 'greenroom-runtime', version: '0.1.0' },
      { versionNegotiation: { mode: 'auto' } },
    );
    const url = new URL(entry.path, this.session.greenroomUrl);
    await client.connect(
      new StreamableHTTPClientTransport(url, {
        requestInit: { headers: { 'x-greenroom-session': sessionId } },
      }),
      { timeout: CONNECT_TIMEOUT_MS },
    );
    return client;
  }
}
