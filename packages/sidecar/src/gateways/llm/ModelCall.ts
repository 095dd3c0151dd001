import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ModelSettings } from '@greenroom/protocol';
import type { SidecarServices } from '../../SidecarServices';
import {
  CredentialFileError,
  type CredentialFiles,
} from '../credentials/CredentialFiles';
import { callUpstream } from '../egress/callUpstream';
import type { OutboundAgents } from '../egress/OutboundAgents';
import { UpstreamError } from '../egress/UpstreamError';
import type { BudgetClaim, BudgetGate } from './BudgetGate';
import { CallAccount } from './CallAccount';
import { mostCostOf } from './costOf';
import { estimateTokens } from './estimateTokens';
import type { JsonRecord } from './json';
import type { AttemptOutcome } from './ModelAttempt';
import { ModelCallProblem } from './ModelCallProblem';
import { answerHeaders, requestHeaders } from './modelHeaders';
import type { ModelMetrics } from './modelMetrics';
import type { ModelRates } from './ModelRates';
import { noKey } from './modelSentences';
import { readRefusal } from './readRefusal';
import { relayAnswer } from './relayAnswer';
import { UsageChunkFilter } from './UsageChunkFilter';
import { UsageMeter } from './UsageMeter';
import { upstreamUrl } from './upstreamUrl';
import type { ModelOperation } from './wires/modelOperations';
import type { PreparedBody } from './wires/ModelWire';

/** What all calls share. */
export interface GatewayParts {
  services: SidecarServices;
  agents: OutboundAgents;
  credentials: CredentialFiles;
  budget: BudgetGate;
  rates: ModelRates;
  metrics: ModelMetrics;
}

/** One request of the agent. */
export interface AgentRequest {
  operation: ModelOperation;
  request: IncomingMessage;
  response: ServerResponse;
  search: string;
  body: JsonRecord;
  sessionId: string;
  turnId: string | undefined;
  /** Aborts when the client goes or the turn ends. */
  signal: AbortSignal;
}

/** The providers' own libraries wait as long for an answer that does not stream. */
const SILENCE_MS = 10 * 60_000;
/** What a call may answer when neither it nor its Model says so and a budget needs to know. */
const BOUND_TOKENS = 8_192;

/** A model call: may ask several models, one after the other, until one answers. */
export class ModelCall {
  constructor(
    private readonly parts: GatewayParts,
    private readonly agent: AgentRequest,
  ) {}

  /** Asks one model. Whatever goes wrong before the client has seen a byte is an outcome; nothing is thrown for it. */
  async ask(model: ModelSettings, requestId: string): Promise<AttemptOutcome> {
    try {
      const outcome = await this.attempt(model, requestId);
      this.count(model, outcome.kind === 'answered' ? 'answered' : 'refused');
      return outcome;
    } catch (error) {
      if (!(error instanceof ModelCallProblem)) throw error;
      this.count(model, error.fault);
      return { kind: 'problem', problem: error };
    }
  }

  private async attempt(
    model: ModelSettings,
    requestId: string,
  ): Promise<AttemptOutcome> {
    const { operation, request, signal } = this.agent;
    const { budget, rates } = this.parts;
    const isPaid = !operation.isFree && budget.isActive;
    const prepared = operation.isFree
      ? unprepared(this.agent.body, model)
      : operation.wire.prepare(
          this.agent.body,
          model,
          isPaid ? BOUND_TOKENS : undefined,
        );
    const bytes = encoded(prepared.body);
    const headers = requestHeaders(
      request.headers,
      model,
      await this.key(model),
      bytes,
    );
    const url = upstreamUrl(model, operation, this.agent.search);
    const input = estimateTokens(bytes.length);
    const output = prepared.maxOutputTokens ?? 0;
    const rated = rates.enter(model, operation.isFree ? 0 : input + output);
    const claim: BudgetClaim = {
      sessionId: this.agent.sessionId,
      turnId: this.agent.turnId,
      requestId,
      model,
      tokens: input + output,
      costUsd: mostCostOf(input, output, model.pricing),
      signal,
    };
    if (isPaid) {
      await budget.reserve(claim).catch(error => {
        rates.leave(model, rated);
        throw error;
      });
    }
    const account = new CallAccount(this.parts, {
      claim,
      rated,
      bytes: bytes.length,
      isFree: operation.isFree,
    });
    let upstream;
    try {
      if (signal.aborted)
        throw new UpstreamError('The call was stopped.', 'Unreachable');
      upstream = await callUpstream({
        url,
        method: 'POST',
        headers,
        body: bytes,
        agents: this.parts.agents,
        signal,
        silenceMs: SILENCE_MS,
      });
    } catch (error) {
      account.unanswered(error as Error);
      throw problemOf(error as Error, model, signal);
    }
    this.parts.metrics.firstByte.observe(
      { model: model.name },
      account.elapsedMs / 1000,
    );
    return await this.take(upstream, prepared, model, account);
  }

  private async take(
    upstream: IncomingMessage,
    prepared: PreparedBody,
    model: ModelSettings,
    account: CallAccount,
  ): Promise<AttemptOutcome> {
    const { signal, operation } = this.agent;
    const status = upstream.statusCode ?? 0;
    const encoding = upstream.headers['content-encoding'] ?? 'identity';
    if (status >= 300 || encoding !== 'identity') {
      account.nothingUsed();
      try {
        return await readRefusal(upstream, model, operation.wire, text =>
          this.parts.services.secrets.redactText(text),
        );
      } catch (error) {
        throw problemOf(error as Error, model, signal);
      }
    }
    await this.pass(upstream, prepared, model, account);
    return { kind: 'answered' };
  }

  private async pass(
    upstream: IncomingMessage,
    { hidesUsageChunk }: PreparedBody,
    model: ModelSettings,
    account: CallAccount,
  ): Promise<void> {
    const { operation, response, signal } = this.agent;
    const isStream = /^text\/event-stream\b/i.test(
      upstream.headers['content-type'] ?? '',
    );
    const meter = new UsageMeter(operation.wire, isStream);
    const filter =
      isStream && hidesUsageChunk ? new UsageChunkFilter() : undefined;
    response.writeHead(
      upstream.statusCode ?? 200,
      answerHeaders(upstream.headers, model.name, !filter),
    );
    response.flushHeaders();
    const end = await relayAnswer({
      upstream,
      response,
      meter,
      filter,
      signal,
      onFinal: () => account.record(meter),
    });
    if (end.ended === 'complete') return;
    if (!meter.reading.isFinal) {
      meter.reading.stopReason =
        end.ended === 'stopped' ? 'aborted' : 'interrupted';
      account.record(meter);
    }
    if (end.ended === 'cut' && end.atEvent && isStream) {
      const problem = new ModelCallProblem(
        'unreachable',
        `Model "${model.name}" broke off in the middle of its answer (${end.error.message}). Ask again.`,
      );
      response.end(operation.wire.errorEvent(problem));
    } else {
      response.destroy();
    }
  }

  private async key(model: ModelSettings): Promise<string | undefined> {
    const settings = this.parts.services.settings.current;
    if (!model.credential) {
      if (model.base_url) return undefined;
      throw noKey(settings, model);
    }
    try {
      return await this.parts.credentials.read(model.credential);
    } catch (error) {
      if (error instanceof CredentialFileError)
        throw noKey(settings, model, error);
      throw error;
    }
  }

  private count(model: ModelSettings, outcome: string): void {
    this.parts.metrics.calls.inc({ model: model.name, outcome });
  }
}

function encoded(body: JsonRecord): Buffer {
  try {
    return Buffer.from(JSON.stringify(body));
  } catch (error) {
    throw new ModelCallProblem(
      'invalid',
      'The body is nested too deep. Send the provider’s own request.',
      undefined,
      { cause: error },
    );
  }
}

function unprepared(body: JsonRecord, model: ModelSettings): PreparedBody {
  return {
    body: { ...body, model: model.model },
    isStream: false,
    hidesUsageChunk: false,
  };
}

function problemOf(
  error: Error,
  { name }: ModelSettings,
  signal: AbortSignal,
): ModelCallProblem {
  if (signal.aborted) {
    return new ModelCallProblem(
      'stopped',
      'The turn ended, and this model call with it.',
      undefined,
      { cause: error },
    );
  }
  const isSilent =
    error instanceof UpstreamError && error.reason === 'TimedOut';
  return new ModelCallProblem(
    isSilent ? 'silent' : 'unreachable',
    `Model "${name}" does not answer: ${error.message} Check spec.baseURL of the Model and the cluster's network, or try again.`,
    undefined,
    { cause: error },
  );
}
