import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { toolDigest } from '@greenroom/protocol/node';

/** A function that a tool server offers. */
export interface ProbedTool {
  readonly name: string;
  readonly description?: string;
  /** Of its whole definition. */
  readonly digest: string;
}

/** What a tool server said, or why nothing was heard of it. */
export type McpProbe =
  | {
      readonly ok: true;
      readonly tools: readonly ProbedTool[];
      readonly server: {
        readonly name?: string;
        readonly version?: string;
        readonly protocolVersion?: string;
      };
    }
  | {
      readonly ok: false;
      readonly reason:
        | 'Unreachable'
        | 'Unauthorized'
        | 'ProtocolError'
        | 'TimedOut';
      readonly message: string;
    };

/** Most pages of functions that are read; a server with more is broken. */
const mostPages = 50;

/** Connects to an MCP server as an agent would: `initialize`, then `tools/list` to its end. */
export async function probeMcp(request: {
  url: string;
  transport: 'streamable-http' | 'sse';
  headers: Record<string, string>;
  timeoutMs: number;
}): Promise<McpProbe> {
  const { url, transport: kind, headers, timeoutMs } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  const client = new Client(
    { name: 'greenroom-operator', version: '0.1.0' },
    { versionNegotiation: { mode: 'auto' } },
  );
  const options = { requestInit: { headers, signal } };
  const transport =
    kind === 'sse'
      ? new SSEClientTransport(new URL(url), options)
      : new StreamableHTTPClientTransport(new URL(url), options);
  try {
    await client.connect(transport, { timeout: timeoutMs, signal });
    const tools: ProbedTool[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const listed = await client.listTools(cursor ? { cursor } : {}, {
        timeout: timeoutMs,
        signal,
      });
      for (const tool of listed.tools) {
        tools.push({
          name: tool.name,
          ...(tool.description
            ? { description: tool.description.slice(0, 4096) }
            : {}),
          digest: toolDigest(tool),
        });
      }
      cursor = listed.nextCursor;
      if (!cursor) break;
    }
    const info = client.getServerVersion();
    return {
      ok: true,
      tools: tools.sort((a, b) => (a.name < b.name ? -1 : 1)),
      server: {
        ...(info?.name ? { name: info.name } : {}),
        ...(info?.version ? { version: info.version } : {}),
      },
    };
  } catch (error) {
    return {
      ok: false,
      ...explain(error, url, signal.aborted ? timeoutMs : undefined),
    };
  } finally {
    await client.close().catch(() => undefined);
  }
}

function explain(
  error: unknown,
  url: string,
  timedOutAfterMs: number | undefined,
): {
  reason: 'Unreachable' | 'Unauthorized' | 'ProtocolError' | 'TimedOut';
  message: string;
} {
  if (timedOutAfterMs !== undefined) {
    return {
      reason: 'TimedOut',
      message: `${url} did not answer within ${
        timedOutAfterMs / 1000
      } s. Look at the server, or raise probe.timeout.`,
    };
  }
  const { message, cause } = error as Error & {
    cause?: { code?: string; message?: string };
  };
  if (/\b(401|403)\b|unauthori[sz]ed|forbidden/i.test(message)) {
    return {
      reason: 'Unauthorized',
      message: `${url} refused the credential: ${message}. Correct the Secret that secretRef names.`,
    };
  }
  if (cause?.code || /fetch failed|ECONN|ENOTFOUND|EAI_AGAIN/.test(message)) {
    return {
      reason: 'Unreachable',
      message: `${url} cannot be reached: ${
        cause?.message ?? cause?.code ?? message
      }. Correct the address, or look at the server.`,
    };
  }
  return {
    reason: 'ProtocolError',
    message: `${url} answers, but not as an MCP server: ${message}. Correct url, path or transport.`,
  };
}
