import { once } from 'node:events';
import type {
  AgentSettings,
  ModelSettings,
  TokenUsage,
} from '@greenroom/protocol';
import type { SidecarServices } from '../../SidecarServices';
import { BudgetExtensions } from './BudgetExtensions';
import { ModelCallProblem } from './ModelCallProblem';
import { noPrice } from './modelSentences';

/** A call that is to be paid for. */
export interface BudgetClaim {
  sessionId: string;
  turnId: string | undefined;
  requestId: string;
  model: ModelSettings;
  /** The most that the call can use. */
  tokens: number;
  /** The most that it can cost; unset where the price is not known. */
  costUsd: string | undefined;
  /** Ends the waiting for people. */
  signal: AbortSignal;
}

/** The operator answers from memory; a model must not wait for long for one that is away. */
const RESERVE_TIMEOUT_MS = 15_000;

/** Sets budget aside at the operator, which counts for all pods of the agent together. */
export class BudgetGate {
  private readonly extensions: BudgetExtensions;

  constructor(
    private readonly services: Pick<
      SidecarServices,
      'settings' | 'call' | 'emit' | 'logger' | 'approvals' | 'sessions'
    >,
  ) {
    this.extensions = new BudgetExtensions(services);
  }

  /** Whether calls must be paid from a budget, so that they need an upper bound. */
  get isActive(): boolean {
    return this.services.settings.current.budget !== undefined;
  }

  /**
   * Resolves when the call may be made; where the budget asks people, that may take as long as they do.
   *
   * @throws ModelCallProblem `budget`, or `not-ready` when nobody can tell: without an answer no call is made
   */
  async reserve(claim: BudgetClaim): Promise<void> {
    const settings = this.services.settings.current;
    const { budget } = settings;
    if (!budget) return;
    if (budget.cost_usd !== undefined && claim.costUsd === undefined) {
      const problem = noPrice(settings, claim.model);
      await this.exceeded(claim, budget, problem.message);
      throw problem;
    }
    for (let isFirst = true; ; isFirst = false) {
      const { given } = this.extensions;
      const { granted, message } = await this.ask(claim);
      if (granted) return;
      // People gave more while this question was on its way.
      if (this.extensions.given > given) continue;
      const sentence =
        message ?? `Agent "${settings.agent.name}" has no budget left.`;
      if (isFirst) await this.exceeded(claim, budget, sentence);
      if (budget.on_exceeded === 'Stop')
        throw new ModelCallProblem('budget', sentence);
      await this.extend(claim, budget, sentence);
    }
  }

  private async extend(
    { sessionId, signal }: BudgetClaim,
    budget: NonNullable<AgentSettings['budget']>,
    sentence: string,
  ): Promise<void> {
    const session = this.services.sessions.get(sessionId);
    if (!session) throw new ModelCallProblem('budget', sentence);
    const stopped = signal.aborted
      ? undefined
      : once(signal, 'abort').then(() => undefined);
    const answer = await Promise.race([
      this.extensions.ask(session, budget, sentence).catch(() => undefined),
      stopped,
    ]);
    if (!answer)
      throw new ModelCallProblem(
        'stopped',
        'The turn ended before anybody allowed more budget.',
      );
    if (!answer.extended) throw new ModelCallProblem('budget', answer.message);
  }

  /** Ends a reservation; `undefined` when nothing was used. Never throws: the durable `agent.usage` event is what counts. */
  settle(
    { sessionId, requestId }: BudgetClaim,
    usage: TokenUsage | undefined,
  ): void {
    if (!this.isActive) return;
    this.services
      .call('settle', {
        session_id: sessionId,
        request_id: requestId,
        usage: usage ?? { input_tokens: 0, output_tokens: 0 },
      })
      .catch(error =>
        this.services.logger.warn(
          { err: error, session: sessionId },
          'a reservation of budget could not be settled; it ends by itself',
        ),
      );
  }

  private async ask(claim: BudgetClaim) {
    const { sessionId, requestId, model, tokens, costUsd } = claim;
    try {
      return await this.services.call(
        'reserve',
        {
          session_id: sessionId,
          request_id: requestId,
          model: model.name,
          tokens,
          ...(costUsd !== undefined && { cost_usd: costUsd }),
        },
        RESERVE_TIMEOUT_MS,
      );
    } catch (error) {
      // The answer may be lost on its way: what it set aside must not stay.
      this.settle(claim, undefined);
      throw new ModelCallProblem(
        'not-ready',
        `The agent has a budget, and the operator could not be asked whether this call fits into it: ${
          (error as Error).message
        } Try again when the operator is back.`,
        undefined,
        { cause: error },
      );
    }
  }

  private async exceeded(
    { sessionId, turnId, requestId }: BudgetClaim,
    budget: NonNullable<AgentSettings['budget']>,
    message: string,
  ): Promise<void> {
    await this.services.emit(sessionId, {
      type: 'budget.exceeded',
      payload: {
        window: budget.window,
        ...(budget.tokens !== undefined && { limit_tokens: budget.tokens }),
        ...(budget.cost_usd !== undefined && { limit_usd: budget.cost_usd }),
        message,
        request_id: requestId,
      },
      ...(turnId && { turnId }),
    });
  }
}
