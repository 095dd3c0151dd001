import type { ServerContext } from '@modelcontextprotocol/server';
import type { JsonObject, ToolSettings } from '@greenroom/protocol';
import { v7 } from 'uuid';
import type { HeldSession } from '../../log/HeldSession';
import { answerError, RouteError } from '../../server/SidecarServer';
import type { SidecarServices } from '../../SidecarServices';
import { ToolGateway } from './ToolGateway';

/** Arguments of 1 MiB get an answer in words; what is far beyond them is not read. */
const LARGEST_REQUEST_BYTES = 4 * 1024 * 1024;

/** The gateway to each bound Tool at `/mcp/<tool>`, an MCP server in both revisions of the protocol. */
export function mcpGateway(services: SidecarServices): void {
  const { server, config, logger, settings, turnSignal } = services;
  const gateway = new ToolGateway(services);
  services.onStop(() => gateway.close());
  server.route(
    ['GET', 'POST', 'DELETE'],
    '/mcp/:tool',
    { session: 'required' },
    async ({ request, response, params, session }) => {
      if (request.headers.origin !== undefined) {
        answerError(
          response,
          new RouteError(403, 'Forbidden', 'Browsers have no business here.'),
        );
        return;
      }
      const binding = findBinding(services, params.tool);
      // On first use: an idle sidecar does without the SDK's 9 MB.
      const [{ createMcpHandler, Server }, { toNodeHandler }] =
        await Promise.all([
          import('@modelcontextprotocol/server'),
          import('@modelcontextprotocol/node'),
        ]);
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const signals = (context: ServerContext) =>
        AbortSignal.any([
          context.mcpReq.signal,
          gone.signal,
          turnSignal(session.id),
        ]);
      const handler = createMcpHandler(
        () => {
          const mcp = new Server(
            { name: binding.name, version: config.version },
            { capabilities: { tools: {} } },
          );
          mcp.setRequestHandler('tools/list', async (_, context) => ({
            tools: await gateway.list(session, binding, signals(context)),
          }));
          mcp.setRequestHandler('tools/call', async (call, context) =>
            gateway.call(
              // Looked up anew: people may think for an hour, and settings change meanwhile.
              settings.current.tools.find(
                ({ name }) => name === binding.name,
              ) ?? binding,
              agentCall(session, call.params, context, signals(context)),
            ),
          );
          return mcp;
        },
        {
          maxRequestBodySize: LARGEST_REQUEST_BYTES,
          // Comments in the stream keep the connection up while people think.
          responseMode: 'sse',
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

function findBinding(
  { settings }: SidecarServices,
  name: string | undefined,
): ToolSettings {
  if (!settings.isKnown) {
    throw new RouteError(
      503,
      'NotReady',
      'The operator has not sent the agent’s settings yet. Try again when the pod is ready.',
    );
  }
  const { tools } = settings.current;
  const binding = tools.find(each => each.name === name);
  if (binding) return binding;
  const names = tools.map(each => each.name).join(', ') || 'none';
  throw new RouteError(
    404,
    'UnknownTool',
    `No Tool "${name}" is bound here, or it cannot be reached. Bound are: ${names}. Add it to spec.tools of the Agent.`,
  );
}

function agentCall(
  session: HeldSession,
  params: { name: string; arguments?: Record<string, unknown> },
  { mcpReq }: ServerContext,
  signal: AbortSignal,
) {
  const { progressToken } = mcpReq._meta ?? {};
  let told = 0;
  const notify = (progress: object) => {
    if (progressToken === undefined) return;
    mcpReq
      .notify({
        method: 'notifications/progress',
        params: { progressToken, ...(progress as { progress: number }) },
      })
      // Whoever asked is gone; the call ends by its signal.
      .catch(() => undefined);
  };
  return {
    session,
    id: callIdOf(mcpReq._meta?.['greenroom/call']),
    name: params.name,
    arguments: (params.arguments ?? {}) as JsonObject,
    signal,
    onWaiting: (message: string) => {
      told += 1;
      notify({ progress: told, message });
    },
    // Progress only ever rises: the server's own begins where ours ended.
    onProgress: ({
      progress,
      total,
      message,
    }: {
      progress: number;
      total?: number;
      message?: string;
    }) =>
      notify({
        progress: told + progress,
        ...(total !== undefined && { total: told + total }),
        ...(message !== undefined && { message }),
      }),
  };
}

/** A client that repeats a call after a broken connection says so by an id of its own; all others are new calls. */
function callIdOf(meta: unknown): string {
  return typeof meta === 'string' && /^[!-~]{1,128}$/.test(meta) ? meta : v7();
}
