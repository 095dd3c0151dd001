import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import type { JsonObject, ToolSettings } from '@greenroom/protocol';
import { Counter } from 'prom-client';
import type { HeldSession } from '../../log/HeldSession';
import type { SidecarServices } from '../../SidecarServices';
import { decideListed, decideOffer } from './decideOffer';
import type { FunctionDefinition } from './FunctionDefinition';
import {
  errorResult,
  LARGEST_RESULT_BYTES,
  mapStrings,
  shortResult,
  wholeText,
} from './shapeResult';
import { ToolCallError } from './ToolCallError';
import { ToolPins } from './ToolPins';
import { ToolStates } from './ToolStates';
import { UpstreamPool } from './UpstreamPool';
import type { UpstreamCall } from './UpstreamClient';

/** One call of an agent. */
export interface AgentCall {
  session: HeldSession;
  /** Equal for a call that is repeated. */
  id: string;
  name: string;
  arguments: JsonObject;
  /** Aborts when the caller goes away, or the turn ends. */
  signal: AbortSignal;
  /** Tells the caller that people are asked. */
  onWaiting(message: string): void;
  onProgress: UpstreamCall['onProgress'];
}

/** Larger arguments are content, and belong into files. */
const LARGEST_ARGUMENTS_BYTES = 1024 * 1024;
/** The kind's default. */
const CALL_TIMEOUT_MS = 120_000;
/** What an event may name. */
const LONGEST_NAME = 253;
/** A changed definition is seen at the next call after so long at the latest. */
const DEFINITIONS_MAX_AGE_MS = 5_000;
/** What goes wrong is the tool's answer, for the model to read. */
const FOR_CALLER = new Set([
  'ToolCallError',
  'RequestEndedError',
  'EventRefusedError',
  'ArtifactError',
]);

/** Brings an agent's calls to its bound tools: judged, agreed to, recorded, with the tool's credential, within limits. */
export class ToolGateway {
  private readonly pool: UpstreamPool;
  private readonly pins = new ToolPins();
  private readonly states: ToolStates;
  private readonly calls: Counter<'tool' | 'outcome'>;

  constructor(
    private readonly services: SidecarServices,
    { definitionsMaxAgeMs = DEFINITIONS_MAX_AGE_MS } = {},
  ) {
    const { config, metrics } = services;
    this.pool = new UpstreamPool({ ...config, definitionsMaxAgeMs });
    this.states = new ToolStates(services);
    this.calls = new Counter({
      name: 'greenroom_sidecar_tool_calls_total',
      help: 'Calls of bound tools, by outcome.',
      labelNames: ['tool', 'outcome'],
      registers: [metrics],
    });
    services.settings.subscribe(({ tools }) => this.states.keep(tools));
  }

  /** The functions that the agent may call. @throws ToolCallError when the tool's server cannot be asked */
  async list(
    session: HeldSession,
    binding: ToolSettings,
    signal: AbortSignal,
  ): Promise<Tool[]> {
    const functions = await this.functions(session, binding, signal, 0);
    return [...functions.values()]
      .filter(each => this.offer(binding, each, functions).offered)
      .map(({ definition: { _meta, ...definition } }) => definition);
  }

  /** Carries a call out, and records it: first the call, last its result, before whoever called can say anything of it. */
  async call(binding: ToolSettings, call: AgentCall): Promise<CallToolResult> {
    const { session, id, name } = call;
    const began = performance.now();
    const inputBytes = Buffer.byteLength(JSON.stringify(call.arguments));
    const isSmall = inputBytes <= LARGEST_ARGUMENTS_BYTES;
    const turnId = session.turn?.id;
    const facts = {
      tool_use_id: id,
      tool_name: `${binding.name}/${name}`.slice(0, LONGEST_NAME),
      tool: binding.name,
    };
    const record = (type: string, payload: object) =>
      this.services.emit(session.id, {
        type,
        payload: { ...facts, ...payload },
        ...(turnId && { turnId }),
      });
    const recorded = record(
      'agent.tool_call',
      isSmall ? { input: call.arguments } : {},
    );
    recorded.catch(() => undefined);
    const result = await this.answer(call, async () => {
      if (!isSmall) {
        throw new ToolCallError(
          `The arguments of ${facts.tool_name} have ${inputBytes} bytes; ${LARGEST_ARGUMENTS_BYTES} are the most. Write large content into a file and pass its path.`,
        );
      }
      return await this.carryOut(binding, call, recorded);
    });
    // Its place on the record is before everything that the agent says when it has the result; the disk need not be waited for.
    record('agent.tool_result', {
      content: wholeText(result),
      is_error: result.isError === true,
      duration_ms: Math.round(performance.now() - began),
    }).catch(error =>
      this.services.logger.warn(
        { err: error, session: session.id, call: id },
        'the result of a tool call could not be recorded',
      ),
    );
    this.calls.inc({
      tool: binding.name,
      outcome: result.isError ? 'failed' : 'answered',
    });
    return result;
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** The result as the agent gets it, whatever happens. */
  private async answer(
    call: AgentCall,
    work: () => Promise<{ result: CallToolResult; definition: Tool }>,
  ): Promise<CallToolResult> {
    try {
      const { result, definition } = await work();
      // A server may send back what it was sent: the agent must not learn a credential that way.
      const safe = mapStrings(result, text => this.withoutSecrets(text));
      return await this.fit(call.session, safe, definition);
    } catch (error) {
      return errorResult(this.withoutSecrets(this.messageOf(error)));
    }
  }

  private async carryOut(
    binding: ToolSettings,
    call: AgentCall,
    recorded: Promise<unknown>,
  ): Promise<{ result: CallToolResult; definition: Tool }> {
    const { session, name, signal } = call;
    refuseUnless(decideListed(binding, name));
    // What is bound to fail is not put before people. Only what the server is known for is asked of it before they agreed.
    const known = this.pool.known(session.id, binding);
    if (known) {
      await this.check(binding, name, call.arguments, known).catch(async () =>
        this.check(
          binding,
          name,
          call.arguments,
          await this.functions(session, binding, signal),
        ),
      );
    }
    const permit = await this.services.policy.enforce(
      session,
      {
        about: 'tool',
        tool: binding.name,
        function: name,
        arguments: call.arguments,
      },
      {
        id: call.id,
        approval: binding.approval,
        action: `Call ${name} of ${binding.name}`,
        signal,
        onWaiting: call.onWaiting,
      },
    );
    if (!permit.allowed) throw new ToolCallError(permit.message);
    const input = permit.request.arguments ?? {};
    const functions = await this.functions(session, binding, signal);
    const { definition } = await this.check(binding, name, input, functions);
    // The record comes first: what is not on the disk is not done.
    await recorded;
    const { timeout_ms: timeoutMs = CALL_TIMEOUT_MS } = binding;
    const result = await this.pool.call(session.id, binding, {
      name,
      arguments: input,
      signal,
      timeoutMs,
      onProgress: call.onProgress,
    });
    return { result, definition };
  }

  /** The definitions, and what they say of the tool's state. */
  private async functions(
    session: HeldSession,
    binding: ToolSettings,
    signal: AbortSignal,
    maxAgeMs?: number,
  ): Promise<ReadonlyMap<string, FunctionDefinition>> {
    try {
      const functions = await this.pool.definitions(
        session.id,
        binding,
        signal,
        maxAgeMs,
      );
      const drifted = [...functions.values()]
        .map(each => this.offer(binding, each, functions))
        .find(each => !each.offered && each.because === 'Drifted');
      this.states.set(
        binding.name,
        drifted && !drifted.offered
          ? { state: 'drifted', message: drifted.message }
          : { state: 'ready' },
      );
      return functions;
    } catch (error) {
      if (!signal.aborted)
        this.states.set(binding.name, {
          state: 'unavailable',
          message: (error as Error).message,
        });
      throw error;
    }
  }

  private offer(
    binding: ToolSettings,
    { definition, digest }: FunctionDefinition,
    functions: ReadonlyMap<string, FunctionDefinition>,
  ) {
    return decideOffer(
      binding,
      { name: definition.name, digest },
      this.pins.of(binding, functions),
      this.services.config.agent.namespace,
    );
  }

  /** @throws ToolCallError when the function may not be called in this way */
  private async check(
    binding: ToolSettings,
    name: string,
    input: JsonObject,
    functions: ReadonlyMap<string, FunctionDefinition>,
  ): Promise<FunctionDefinition> {
    const found = functions.get(name);
    if (!found) {
      const names = [...functions.values()]
        .filter(each => this.offer(binding, each, functions).offered)
        .map(each => each.definition.name);
      throw new ToolCallError(
        `Tool "${binding.name}" has no function "${name.slice(
          0,
          LONGEST_NAME,
        )}". There are: ${names.join(', ') || 'none'}.`,
      );
    }
    refuseUnless(this.offer(binding, found, functions));
    const problem = await this.pool
      .problemOf(found.definition.inputSchema, input)
      .catch(
        error =>
          `cannot be checked, because the tool's schema is none (${
            (error as Error).message
          })`,
      );
    if (problem) {
      throw new ToolCallError(
        `The arguments of ${binding.name}/${name} do not fit its schema: ${problem}. Correct them and call again.`,
      );
    }
    return found;
  }

  /** The result, or its beginning where it is too large and kept apart. */
  private async fit(
    session: HeldSession,
    result: CallToolResult,
    definition: Tool,
  ): Promise<CallToolResult> {
    if (Buffer.byteLength(JSON.stringify(result)) <= LARGEST_RESULT_BYTES)
      return result;
    const kept = (await this.services.artifacts.complete(
      session.id,
      'agent.artifact',
      { content: wholeText(result) },
    )) as { digest: string; bytes: number };
    return shortResult(result, kept, definition.outputSchema !== undefined);
  }

  private withoutSecrets(text: string): string {
    const stream = this.services.secrets.textStream();
    return stream.push(text) + stream.end();
  }

  private messageOf(error: unknown): string {
    const { name, message } = error as Error;
    if (FOR_CALLER.has(name)) return message;
    this.services.logger.error({ err: error }, 'a tool call failed');
    return 'The call failed inside Greenroom. The sidecar’s log says why.';
  }
}

function refuseUnless(offer: ReturnType<typeof decideOffer>): void {
  if (!offer.offered) throw new ToolCallError(offer.message);
}
