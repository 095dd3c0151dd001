import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ModelSettings, TokenUsage } from '@greenroom/protocol';
import type { SidecarServices } from '../../SidecarServices';
import {
  CredentialFileError,
  type CredentialFiles,
} from '../credentials/CredentialFiles';
import { callUpstream } from '../egress/callUpstream';
import type { OutboundAgents } from '../egress/OutboundAgents';
import { UpstreamError } from '../egress/UpstreamError';
import type { BudgetClaim, BudgetGate } from './BudgetGate';
import { mostCostOf } from './costOf';
import { estimateTokens } from './estimateTokens';
import type { JsonRecord } from './json';
import type { AttemptOutcome } from './ModelAttempt';
import { ModelCallProblem } from './ModelCallProblem';
import { answerHeaders, requestHeaders } from './modelHeaders';
import type { ModelMetrics } from './modelMetrics';
import type { ModelRates, RatedCall } from './ModelRates';
import { noKey } from './modelSentences';
import { readRefusal } from './readRefusal';
import { relayAnswer } from './relayAnswer';
import { UsageChunkFilter } from './UsageChunkFilter';
import { UsageMeter } from './UsageMeter';
import { usageOf } from './usageOf';
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

interface Sent {
  claim: BudgetClaim;
  rated: RatedCall;
  bytes: number;
  startedAt: number;
}

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
    const bytes = Buffer.from(JSON.stringify(prepared.body));
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
    if (isPaid) await budget.reserve(claim);
    const sent: Sent = {
      claim,
      rated,
      bytes: bytes.length,
      startedAt: Date.now(),
    };
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
      this.unanswered(sent, error as Error);
      throw problemOf(error as Error, model, signal);
    }
    this.parts.metrics.firstByte.observe(
      { model: model.name },
      (Date.now() - sent.startedAt) / 1000,
    );
    return await this.take(upstream, prepared, sent);
  }

  private async take(
    upstream: IncomingMessage,
    prepared: PreparedBody,
    sent: Sent,
  ): Promise<AttemptOutcome> {
    const { signal, operation } = this.agent;
    const { model } = sent.claim;
    const status = upstream.statusCode ?? 0;
    const encoding = upstream.headers['content-encoding'] ?? 'identity';
    if (status >= 300 || encoding !== 'identity') {
      this.nothingUsed(sent);
      try {
        return await readRefusal(upstream, model, operation.wire, text =>
          this.parts.services.secrets.redactText(text),
        );
      } catch (error) {
        throw problemOf(error as Error, model, signal);
      }
    }
    await this.pass(upstream, prepared, sent);
    return { kind: 'answered' };
  }

  private async pass(
    upstream: IncomingMessage,
    { hidesUsageChunk }: PreparedBody,
    sent: Sent,
  ): Promise<void> {
    const { operation, response, signal } = this.agent;
    const { model } = sent.claim;
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
    const record = () => {
      if (!operation.isFree) this.record(sent, meter);
      else this.nothingUsed(sent);
    };
    const end = await relayAnswer({
      upstream,
      response,
      meter,
      filter,
      signal,
      onFinal: record,
    });
    if (end.ended === 'complete') return;
    if (!meter.reading.isFinal) {
      meter.reading.stopReason =
        end.ended === 'stopped' ? 'aborted' : 'interrupted';
      record();
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

  /** Puts what was used into the record. Called before the client can know that the answer is complete. */
  private record(sent: Sent, meter: UsageMeter): void {
    const { model } = sent.claim;
    const usage = usageOf(meter, sent.bytes, model.pricing);
    this.used(sent, usage, meter.reading.stopReason);
  }

  private used(
    { claim, rated, startedAt }: Sent,
    usage: TokenUsage,
    stopReason: string | undefined,
  ): void {
    const { services, budget, metrics } = this.parts;
    const { model, sessionId, turnId, requestId } = claim;
    rated.tokens = usage.input_tokens + usage.output_tokens;
    metrics.tokens.inc(
      { model: model.name, kind: 'input' },
      usage.input_tokens,
    );
    metrics.tokens.inc(
      { model: model.name, kind: 'output' },
      usage.output_tokens,
    );
    services
      .emit(sessionId, {
        type: 'agent.usage',
        payload: {
          ...usage,
          model: model.name,
          provider: model.provider,
          source: 'gateway',
          request_id: requestId,
          duration_ms: Date.now() - startedAt,
          ...(stopReason && { stop_reason: stopReason.slice(0, 128) }),
        },
        ...(turnId && { turnId }),
      })
      .catch(error =>
        services.logger.warn(
          { err: error, session: sessionId },
          'the usage of a model call could not be recorded',
        ),
      );
    budget.settle(claim, usage);
  }

  private nothingUsed({ claim, rated }: Sent): void {
    rated.tokens = 0;
    if (!this.agent.operation.isFree)
      this.parts.budget.settle(claim, undefined);
  }

  /** No answer came. What the provider read until it was stopped has its price all the same. */
  private unanswered(sent: Sent, error: Error): void {
    const wasRead =
      error instanceof UpstreamError && error.reason !== 'Unreachable';
    if (!wasRead || this.agent.operation.isFree) {
      this.nothingUsed(sent);
      return;
    }
    const usage = usageOf(
      { reading: {}, textBytes: 0 },
      sent.bytes,
      sent.claim.model.pricing,
    );
    this.used(sent, usage, 'aborted');
  }

  private count(model: ModelSettings, outcome: string): void {
    this.parts.metrics.calls.inc({ model: model.name, outcome });
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
