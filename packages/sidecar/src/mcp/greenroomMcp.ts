import { v7 } from 'uuid';
import { answerError, RouteError } from '../server/SidecarServer';
import type { SidecarServices } from '../SidecarServices';
import { askTools } from './askTools';
import { emitTools } from './emitTools';
import type { GreenroomTool, ToolAnswer } from './GreenroomTool';
import { peopleTools } from './peopleTools';

/** An artifact's content of 1 MiB, and what JSON adds to it. */
const LARGEST_REQUEST_BYTES = 4 * 1024 * 1024;

/** The `greenroom` MCP server at `/mcp`, in both revisions of the protocol. */
export function greenroomMcp(services: SidecarServices): void {
  const { server, config, logger, sessions } = services;
  const tools: GreenroomTool[] = [
    ...emitTools(services),
    ...askTools(services),
    ...peopleTools(services),
  ];
  server.route(
    ['GET', 'POST', 'DELETE'],
    '/mcp',
    { session: 'required' },
    async ({ request, response, session }) => {
      if (request.headers.origin !== undefined) {
        answerError(
          response,
          new RouteError(403, 'Forbidden', 'Browsers have no business here.'),
        );
        return;
      }
      // On first use: an idle sidecar does without the SDK's 9 MB.
      const [{ createMcpHandler, McpServer }, { toNodeHandler }] =
        await Promise.all([
          import('@modelcontextprotocol/server'),
          import('@modelcontextprotocol/node'),
        ]);
      const handler = createMcpHandler(
        () => {
          const mcp = new McpServer({
            name: 'greenroom',
            version: config.version,
          });
          for (const tool of tools) {
            mcp.registerTool(
              tool.name,
              {
                title: tool.title,
                description: tool.description,
                inputSchema: tool.input,
              },
              async (input, context) => {
                const token = context.mcpReq._meta?.progressToken;
                let progress = 0;
                const answer = await runTool(tool, input, {
                  session,
                  callId: callIdOf(context.mcpReq._meta?.['greenroom/call']),
                  signal: AbortSignal.any([
                    context.mcpReq.signal,
                    sessions.turnSignals.of(session.id),
                  ]),
                  progress: message => {
                    if (token === undefined) return;
                    progress += 1;
                    context.mcpReq
                      .notify({
                        method: 'notifications/progress',
                        params: { progressToken: token, progress, message },
                      })
                      .catch(() => undefined);
                  },
                });
                return {
                  content: [{ type: 'text' as const, text: answer.text }],
                  ...(answer.structured && {
                    structuredContent: answer.structured,
                  }),
                  ...(answer.isError && { isError: true }),
                };
              },
            );
          }
          return mcp;
        },
        {
          maxRequestBodySize: LARGEST_REQUEST_BYTES,
          onerror: error =>
            logger.debug({ err: error }, 'an MCP request failed'),
        },
      );
      await toNodeHandler(handler, {
        maxRequestBodySize: LARGEST_REQUEST_BYTES,
      })(request, response as never);
    },
  );
}

/** A client that repeats a call after a broken connection says so by an id of its own; all others are new calls. */
function callIdOf(meta: unknown): string {
  return typeof meta === 'string' && /^[!-~]{1,128}$/.test(meta) ? meta : v7();
}

/** What goes wrong in a tool is its answer, for the model to read. */
async function runTool(
  tool: GreenroomTool,
  input: Record<string, unknown>,
  call: Parameters<GreenroomTool['run']>[1],
): Promise<ToolAnswer> {
  try {
    return await tool.run(input, call);
  } catch (error) {
    const { name, message } = error as Error;
    const isForCaller = [
      'ArtifactError',
      'OutsideFolderError',
      'OperatorCallError',
      'RequestEndedError',
      'EventRefusedError',
      'RedactionError',
    ].includes(name);
    if (!isForCaller) throw error;
    return { text: message, isError: true };
  }
}
