import type { IncomingMessage, ServerResponse } from 'node:http';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { LoopbackServer, type ListenOptions } from '../server/LoopbackServer';
import { readJson } from '../server/readBody';
import { sendJson } from '../server/sendJson';
import type { ScriptedTool } from './ScriptedTool';
import { scriptedServer } from './scriptedServer';
import { ToolScript } from './ToolScript';

/** How a fake MCP server behaves. */
export interface FakeMcpOptions extends ListenOptions {
  tools: readonly ScriptedTool[];
  /** Requests without this bearer token are answered 401. */
  token?: string;
}

/**
 * An MCP server over streamable HTTP at `<url>/mcp`, in the current revision and the one before. Other programs reach its
 * script over HTTP: `GET /_fake/calls`, `PUT /_fake/tools`.
 */
export class FakeMcp {
  private server!: LoopbackServer;

  private constructor(private readonly script: ToolScript) {}

  static async start(options: FakeMcpOptions): Promise<FakeMcp> {
    const fake = new FakeMcp(new ToolScript(options.tools));
    const serve = toNodeHandler(
      createMcpHandler(() => scriptedServer(fake.script)),
    );
    fake.server = await LoopbackServer.start((request, response) => {
      const { pathname } = new URL(request.url!, 'http://fake');
      if (pathname.startsWith('/_fake/')) {
        fake.control(pathname, request, response).catch(error => {
          sendJson(response, 400, { error: { message: String(error) } });
        });
      } else if (!isAllowed(request, options.token)) {
        response.setHeader('www-authenticate', 'Bearer');
        sendJson(response, 401, { error: 'The token is wrong or missing.' });
      } else if (pathname === '/mcp') {
        serve(request, response).catch(() => response.destroy());
      } else {
        sendJson(response, 404, { error: `Nothing at ${pathname}; try /mcp.` });
      }
    }, options);
    return fake;
  }

  get url(): string {
    return `${this.server.url}/mcp`;
  }

  get port(): number {
    return this.server.port;
  }

  /** Calls so far; `waitFor` waits for one. */
  get calls() {
    return this.script.calls;
  }

  /** Takes other tools from now on. */
  setTools(tools: readonly ScriptedTool[]): void {
    this.script.set(tools);
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private async control(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const action = `${request.method} ${path}`;
    if (action === 'GET /_fake/calls') {
      sendJson(response, 200, this.calls.all);
    } else if (action === 'PUT /_fake/tools') {
      this.setTools((await readJson(request)) as ScriptedTool[]);
      sendJson(response, 200, {});
    } else {
      sendJson(response, 404, { error: { message: `No ${action} here.` } });
    }
  }
}

function isAllowed({ headers }: IncomingMessage, token?: string): boolean {
  return !token || headers.authorization === `Bearer ${token}`;
}
