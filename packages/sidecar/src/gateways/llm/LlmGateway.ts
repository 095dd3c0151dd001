import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ModelSettings } from '@greenroom/protocol';
import { v7 } from 'uuid';
import { RequestEndedError } from '../../approvals/Approvals';
import type { HeldSession } from '../../log/HeldSession';
import { readBody } from '../../server/readBody';
import {
  answerJson,
  RouteError,
  type RouteContext,
} from '../../server/SidecarServer';
import type { SidecarServices } from '../../SidecarServices';
import { CredentialFiles } from '../credentials/CredentialFiles';
import { OutboundAgents } from '../egress/OutboundAgents';
import { answerProblem } from './answerProblem';
import { BudgetGate } from './BudgetGate';
import { decideModels } from './decideModels';
import { parseRecord, type JsonRecord } from './json';

import { listModels } from './listModels';
import { decideFallback, type AttemptOutcome } from './ModelAttempt';
import { ModelCall } from './ModelCall';
import { ModelCallProblem, type ModelCallFault } from './ModelCallProblem';
import { modelMetrics } from './modelMetrics';
import { ModelRates } from './ModelRates';
import { answerHeaders } from './modelHeaders';
import { newestText } from './newestText';
import { anthropicMessages } from './wires/anthropicMessages';
import { modelOperation } from './wires/modelOperations';
import type { ModelWire } from './wires/ModelWire';
import { openAiChat } from './wires/openAiChat';

/** Anthropic's limit of a request; OpenAI's is not larger. */
const LARGEST_REQUEST_BYTES = 32 * 1024 * 1024;

/** Model calls of the agent: keyed, metered, limited and paid for here, in the provider's own wire format on both sides. */
export class LlmGateway {
  private readonly parts;

  constructor(private readonly services: SidecarServices) {
    this.parts = {
      services,
      agents: new OutboundAgents(services.config.env),
      credentials: new CredentialFiles({
        credentialsDir: services.config.credentialsDir,
        secrets: services.secrets,
      }),
      budget: new BudgetGate(services),
      rates: new ModelRates(),
      metrics: modelMetrics(services.metrics),
    };
    services.onStop(() => this.parts.agents.close());
  }

  /** Serves `/llm/<model>/…`; whatever goes wrong is answered in the provider's form. */
  async serve({ request, response, url, params }: RouteContext): Promise<void> {
    const wire = wireFor(params['*'] ?? '', request);
    try {
      await this.relay(request, response, url, params);
    } catch (error) {
      const problem = problemOf(error);
      answerProblem(response, wire, problem, text =>
        this.services.secrets.redactText(text),
      );
      if (!(error instanceof ModelCallProblem || error instanceof RouteError))
        this.services.logger.warn({ err: error }, 'a model call failed');
    }
  }

  private async relay(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    params: RouteContext['params'],
  ): Promise<void> {
    const { model: name = '', '*': path = '' } = params;
    const settings = this.settings();
    const operation = modelOperation(path);
    const method = request.method ?? '';
    const named = settings.models.find(model => model.name === name);
    if (named && method === 'GET' && /^(v1\/)?models$/.test(path)) {
      answerJson(response, 200, listModels(named));
      return;
    }
    const decision = decideModels({
      settings,
      name,
      method,
      path: `/${path}`,
      operation,
    });
    if (decision.act === 'refuse') throw decision.problem;
    const session = this.services.server.resolveSession(request, url);
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const signal = AbortSignal.any([
      gone.signal,
      this.services.turnSignal(session.id),
    ]);
    const body = await bodyOf(request);
    await this.obeyPolicies(session, name, body, signal);
    const call = new ModelCall(this.parts, {
      operation: operation!,
      request,
      response,
      search: url.search,
      body,
      sessionId: session.id,
      turnId: session.turn?.id,
      signal,
    });
    await this.askInTurn(call, decision.models, response);
  }

  /** Prompts are judged where a rule is about them; what Policies say of everything else concerns what an agent does. */
  private async obeyPolicies(
    session: HeldSession,
    model: string,
    body: JsonRecord,
    signal: AbortSignal,
  ): Promise<void> {
    const { policy, settings } = this.services;
    const isJudged = settings.current.policies.some(({ rules }) =>
      rules.some(({ about }) => about === 'prompt'),
    );
    if (!isJudged) return;
    const prompt = newestText(body);
    const permit = await policy.enforce(
      session,
      { about: 'prompt', model, prompt },
      // People are asked once about a prompt, however often a client repeats it.
      { signal, id: `prompt:${hash('sha256', prompt)}` },
    );
    if (!permit.allowed)
      throw new ModelCallProblem('forbidden', permit.message);
  }

  private async askInTurn(
    call: ModelCall,
    models: readonly ModelSettings[],
    response: ServerResponse,
  ): Promise<void> {
    for (const [index, model] of models.entries()) {
      const outcome = await call.ask(model, v7());
      const next = models[index + 1];
      if (!decideFallback(outcome, next)) {
        this.conclude(outcome, model, response);
        return;
      }
      this.services.logger.warn(
        { model: model.name, next: next.name, why: reasonOf(outcome) },
        'a model failed, and its fallback is asked',
      );
    }
  }

  private conclude(
    outcome: AttemptOutcome,
    model: ModelSettings,
    response: ServerResponse,
  ): void {
    if (outcome.kind === 'problem') throw outcome.problem;
    if (outcome.kind === 'answered') return;
    response.writeHead(
      outcome.status,
      answerHeaders(outcome.headers, model.name, false),
    );
    response.end(outcome.body);
  }

  private settings() {
    if (!this.services.settings.isKnown) {
      throw new ModelCallProblem(
        'not-ready',
        'The operator has not sent the agent’s settings yet. Try again in a moment.',
        1,
      );
    }
    return this.services.settings.current;
  }
}

/** The form in which a caller understands errors, also when the path is wrong: Anthropic's libraries always name their version. */
function wireFor(path: string, { headers }: IncomingMessage): ModelWire {
  const operation = modelOperation(path);
  if (operation) return operation.wire;
  return headers['anthropic-version'] ? anthropicMessages : openAiChat;
}

async function bodyOf(request: IncomingMessage): Promise<JsonRecord> {
  const text = (await readBody(request, LARGEST_REQUEST_BYTES)).toString(
    'utf8',
  );
  const body = parseRecord(text);
  if (body) return body;
  throw new ModelCallProblem(
    'invalid',
    'The body is not a JSON object. Send the provider’s own request.',
  );
}

const ROUTE_FAULTS: Record<number, ModelCallFault> = {
  404: 'no-model',
  413: 'too-large',
};

function problemOf(error: unknown): ModelCallProblem {
  if (error instanceof ModelCallProblem) return error;
  if (error instanceof RequestEndedError) {
    return new ModelCallProblem('stopped', error.message, undefined, {
      cause: error,
    });
  }
  if (error instanceof RouteError) {
    return new ModelCallProblem(
      ROUTE_FAULTS[error.status] ?? 'invalid',
      error.message,
      undefined,
      { cause: error },
    );
  }
  return new ModelCallProblem(
    'not-ready',
    'The sidecar failed at this model call. Its log says why.',
    undefined,
    { cause: error },
  );
}

function reasonOf(outcome: AttemptOutcome): string {
  if (outcome.kind === 'problem') return outcome.problem.message;
  return outcome.kind === 'refused' ? `status ${outcome.status}` : '';
}
