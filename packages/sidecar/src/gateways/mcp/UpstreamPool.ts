import { toolDigest } from '@greenroom/protocol/node';
import type { ToolSettings } from '@greenroom/protocol';
import type { FunctionDefinition } from './FunctionDefinition';
import { SchemaChecks } from './SchemaChecks';
import { ToolCallError } from './ToolCallError';
import { UpstreamClient, type UpstreamCall } from './UpstreamClient';

/** What the pool works with. */
export interface UpstreamPoolOptions {
  credentialsDir: string;
  version: string;
  /** Age, in milliseconds, above which definitions are asked for again before a call: how long a changed one may go unseen. */
  definitionsMaxAgeMs: number;
}

/** A connection that nobody used for so long is closed. */
const IDLE_MS = 5 * 60_000;
/** More is no definition but an attack on the model's context. */
const LARGEST_DEFINITION_BYTES = 128 * 1024;
/** As many as the Tool's status can list. */
const MOST_FUNCTIONS = 512;

interface PooledClient {
  connecting: Promise<UpstreamClient>;
  idle: NodeJS.Timeout;
  definitions?: {
    at: number;
    functions: ReadonlyMap<string, FunctionDefinition>;
  };
}

/** One connection for each tool and session, made when it is needed and closed when it is not. */
export class UpstreamPool {
  private readonly clients = new Map<string, PooledClient>();
  private readonly stopping = new AbortController();
  private checks: Promise<SchemaChecks> | undefined;

  constructor(private readonly options: UpstreamPoolOptions) {}

  /** The tool's functions as its server defines them, not older than `maxAgeMs`. @throws ToolCallError */
  async definitions(
    sessionId: string,
    binding: ToolSettings,
    signal: AbortSignal,
    maxAgeMs = this.options.definitionsMaxAgeMs,
  ): Promise<ReadonlyMap<string, FunctionDefinition>> {
    const key = keyOf(sessionId, binding);
    const held = this.clients.get(key)?.definitions;
    if (held && Date.now() - held.at < maxAgeMs) return held.functions;
    const wasConnected = this.clients.has(key);
    let tools;
    try {
      tools = await this.use(key, binding, signal, each => each.list(signal));
    } catch (error) {
      // A connection that was made long ago may be gone without a word; listing again does no harm.
      if (!wasConnected || signal.aborted) throw error;
      tools = await this.use(key, binding, signal, each => each.list(signal));
    }
    const functions = new Map(
      tools
        .filter(tool => JSON.stringify(tool).length <= LARGEST_DEFINITION_BYTES)
        .slice(0, MOST_FUNCTIONS)
        .map(tool => [
          tool.name,
          { definition: tool, digest: toolDigest({ ...tool }) },
        ]),
    );
    const client = this.clients.get(key);
    if (client) client.definitions = { at: Date.now(), functions };
    return functions;
  }

  /** What was known last of the tool's functions, without asking its server. */
  known(
    sessionId: string,
    binding: ToolSettings,
  ): ReadonlyMap<string, FunctionDefinition> | undefined {
    return this.clients.get(keyOf(sessionId, binding))?.definitions?.functions;
  }

  /** @throws ToolCallError */
  async call(sessionId: string, binding: ToolSettings, call: UpstreamCall) {
    return await this.use(
      keyOf(sessionId, binding),
      binding,
      call.signal,
      client => client.call(call),
    );
  }

  /** What is wrong with a value by a schema of a tool's server; undefined when nothing is. @throws Error for a schema that is none */
  async problemOf(schema: object, value: unknown): Promise<string | undefined> {
    return (await this.loadChecks()).getValidator(schema)(value).errorMessage;
  }

  /** Closes all connections; nothing can be asked any more. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.clients.keys()].map(key => this.drop(key)));
  }

  private async use<Result>(
    key: string,
    binding: ToolSettings,
    signal: AbortSignal,
    work: (client: UpstreamClient) => Promise<Result>,
  ): Promise<Result> {
    const pooled = this.clients.get(key) ?? this.open(key, binding);
    pooled.idle.refresh();
    const client = await orStopped(pooled.connecting, binding.name, signal);
    try {
      return await work(client);
    } finally {
      pooled.idle.refresh();
      if (client.isBroken && this.clients.get(key) === pooled)
        await this.drop(key);
    }
  }

  private open(key: string, binding: ToolSettings): PooledClient {
    const { credentialsDir, version } = this.options;
    const pooled: PooledClient = {
      connecting: this.loadChecks().then(checks =>
        UpstreamClient.connect(
          { binding, credentialsDir, version, checks },
          this.stopping.signal,
        ),
      ),
      idle: setTimeout(() => void this.drop(key), IDLE_MS).unref(),
    };
    this.clients.set(key, pooled);
    // A failed connection is tried anew by the next call.
    pooled.connecting.catch(() => {
      if (this.clients.get(key) === pooled) void this.drop(key);
    });
    return pooled;
  }

  private async drop(key: string): Promise<void> {
    const pooled = this.clients.get(key);
    this.clients.delete(key);
    clearTimeout(pooled?.idle);
    const client = await pooled?.connecting.catch(() => undefined);
    await client?.close();
  }

  private loadChecks(): Promise<SchemaChecks> {
    this.checks ??= SchemaChecks.load();
    return this.checks;
  }
}

/** Another address or credential is another connection. */
function keyOf(sessionId: string, binding: ToolSettings): string {
  const { name, url, transport, headers, credential, auth } = binding;
  return JSON.stringify([
    sessionId,
    name,
    url,
    transport,
    headers,
    credential,
    auth,
  ]);
}

/** Connections are shared: who does not want to wait any more leaves it to the others. */
function orStopped<Value>(
  promise: Promise<Value>,
  tool: string,
  signal: AbortSignal,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(
        new ToolCallError(
          `The call of Tool "${tool}" was stopped, because the work that wanted it was.`,
        ),
      );
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
