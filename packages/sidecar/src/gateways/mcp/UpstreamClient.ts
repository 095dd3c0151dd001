import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  CallToolResult,
  Client,
  Tool,
} from '@modelcontextprotocol/client';
import type { ToolSettings } from '@greenroom/protocol';
import { credentialHeaders } from './credentialHeaders';
import { explainUpstream } from './explainUpstream';
import { limitBody } from './limitBody';
import type { SchemaChecks } from './SchemaChecks';
import { ToolCallError } from './ToolCallError';

/** How a tool's server is spoken to. */
export interface UpstreamOptions {
  binding: ToolSettings;
  credentialsDir: string;
  version: string;
  checks: SchemaChecks;
}

/** One call as its caller wants it carried out. */
export interface UpstreamCall {
  name: string;
  arguments: Record<string, unknown>;
  signal: AbortSignal;
  timeoutMs: number;
  onProgress?(progress: {
    progress: number;
    total?: number;
    message?: string;
  }): void;
}

/** Larger answers are not read: the sidecar has 40 MiB in all. */
const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 15_000;
const LIST_TIMEOUT_MS = 15_000;
/** What is in the pipe when a stream ends is read within less. */
const LAST_WORDS_MS = 250;

/** What a request of ours waits for, as its HTTP exchanges see it. */
interface Waiting {
  fail(error: Error): void;
  /** Counts the exchanges: only the end of the last one can be the end of the answer. */
  exchanges: number;
}

/** A connection to one tool's server for one session, in whichever revision of MCP the server speaks. */
export class UpstreamClient {
  /** Set when the connection cannot be used any more. */
  isBroken = false;
  private readonly waiting = new AsyncLocalStorage<Waiting>();

  private constructor(
    private readonly options: UpstreamOptions,
    private readonly client: Client,
  ) {}

  /** @throws ToolCallError */
  static async connect(
    options: UpstreamOptions,
    signal: AbortSignal,
  ): Promise<UpstreamClient> {
    const { binding, version, checks } = options;
    // On first use: an idle sidecar does without the SDK's 5 MB.
    const { Client, SSEClientTransport, StreamableHTTPClientTransport } =
      await import('@modelcontextprotocol/client');
    const isSse = binding.transport === 'sse';
    const client = new Client(
      { name: 'greenroom', version },
      {
        // Servers with a stream of events apart are older than the revisions there are to choose from.
        ...(!isSse && { versionNegotiation: { mode: 'auto' as const } }),
        jsonSchemaValidator: checks,
      },
    );
    const upstream = new UpstreamClient(options, client);
    client.onclose = () => {
      upstream.isBroken = true;
    };
    const url = new URL(binding.url);
    const transport = isSse
      ? new SSEClientTransport(url, { fetch: upstream.fetch })
      : new StreamableHTTPClientTransport(url, {
          fetch: upstream.fetch,
          // A call that was cut may have done its work: it is reported, not repeated.
          reconnectionOptions: {
            maxRetries: 0,
            initialReconnectionDelay: 1,
            maxReconnectionDelay: 1,
            reconnectionDelayGrowFactor: 1,
          },
        });
    try {
      await upstream.during(CONNECT_TIMEOUT_MS, signal, each =>
        client.connect(transport, {
          timeout: CONNECT_TIMEOUT_MS,
          signal: each,
        }),
      );
      return upstream;
    } catch (error) {
      await upstream.close();
      throw error;
    }
  }

  /** All functions as the server defines them now. @throws ToolCallError */
  async list(signal: AbortSignal): Promise<Tool[]> {
    const { tools } = await this.during(LIST_TIMEOUT_MS, signal, each =>
      this.client.listTools(undefined, {
        timeout: LIST_TIMEOUT_MS,
        signal: each,
        cacheMode: 'refresh',
      }),
    );
    return tools;
  }

  /** @throws ToolCallError */
  async call(call: UpstreamCall): Promise<CallToolResult> {
    const { name, arguments: input, timeoutMs, onProgress } = call;
    return await this.during(timeoutMs, call.signal, each =>
      this.client.callTool(
        { name, arguments: input },
        {
          timeout: timeoutMs,
          signal: each,
          ...(onProgress && { onprogress: onProgress }),
        },
      ),
    );
  }

  async close(): Promise<void> {
    this.isBroken = true;
    await this.client.close().catch(() => undefined);
  }

  /** Runs one request to its end: answered, failed, cut off or out of time. */
  private async during<Result>(
    timeoutMs: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const tool = this.options.binding.name;
    const stop = new AbortController();
    let failure: Error | undefined;
    const waiting: Waiting = {
      exchanges: 0,
      fail: error => {
        failure ??= error;
        stop.abort(error);
      },
    };
    const stopped = new Promise<never>((_, reject) => {
      stop.signal.addEventListener('abort', () => reject(failure));
    });
    stopped.catch(() => undefined);
    const timer = setTimeout(
      () => waiting.fail(new DOMException('too slow', 'TimeoutError')),
      timeoutMs,
    );
    const cancel = () =>
      waiting.fail(
        new ToolCallError(
          `The call of Tool "${tool}" was stopped, because the work that wanted it was.`,
        ),
      );
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      // Raced: nothing of a server's, nor of the SDK's, can keep the caller waiting.
      return await Promise.race([
        this.waiting.run(waiting, () => work(stop.signal)),
        stopped,
      ]);
    } catch (error) {
      const said = failure ?? error;
      if (!isServersOwnWord(said)) this.isBroken = true;
      throw explainUpstream(said, tool, timeoutMs);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Every request to the server: with its headers, without their coming anywhere else, and with limits on what comes back. */
  private readonly fetch = async (
    target: string | URL,
    init: RequestInit = {},
  ): Promise<Response> => {
    const { binding, credentialsDir } = this.options;
    const isSse = binding.transport === 'sse';
    const method = init.method ?? 'GET';
    // A stream for what the server says unasked: nobody here listens, and each would hold a connection open.
    if (!isSse && method === 'GET') return new Response(null, { status: 405 });
    const headers = new Headers(init.headers);
    if (new URL(target).origin === new URL(binding.url).origin) {
      for (const [name, value] of Object.entries(
        await credentialHeaders(binding, credentialsDir),
      )) {
        headers.set(name, value);
      }
    }
    const waiting = this.waiting.getStore();
    const exchange = waiting ? (waiting.exchanges += 1) : 0;
    const response = await fetch(target, {
      ...init,
      headers,
      redirect: 'manual',
    });
    return limitBody(response, LARGEST_ANSWER_BYTES, error => {
      const isAnswer =
        waiting &&
        !isSse &&
        response.headers.get('content-type')?.startsWith('text/event-stream');
      if (error && waiting && !isSse) waiting.fail(error);
      else if (isAnswer) {
        setTimeout(() => {
          if (waiting.exchanges === exchange)
            waiting.fail(
              new Error('it ended its answer before it was complete'),
            );
        }, LAST_WORDS_MS).unref();
      }
    });
  };
}

/** Errors of JSON-RPC leave the connection as good as it was. */
function isServersOwnWord(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' && code < 0;
}
