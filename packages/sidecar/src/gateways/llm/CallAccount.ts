import type { TokenUsage } from '@greenroom/protocol';
import { UpstreamError } from '../egress/UpstreamError';
import type { BudgetClaim } from './BudgetGate';
import type { GatewayParts } from './ModelCall';
import type { RatedCall } from './ModelRates';
import type { UsageMeter } from './UsageMeter';
import { usageOf } from './usageOf';

/** One call to one model, as it is paid for. */
export interface AccountedCall {
  claim: BudgetClaim;
  rated: RatedCall;
  /** Of the request's body. */
  bytes: number;
  /** Generates nothing, so nothing is counted. */
  isFree: boolean;
}

/** Writes down what a call used: in the session's record, at the budget, in the model's rates and in the metrics. */
export class CallAccount {
  private readonly startedAt = Date.now();

  constructor(
    private readonly parts: Pick<
      GatewayParts,
      'services' | 'budget' | 'metrics'
    >,
    private readonly call: AccountedCall,
  ) {}

  get elapsedMs(): number {
    return Date.now() - this.startedAt;
  }

  /** The answer ended, or was ended. To be called before the client can know that it is complete. */
  record(meter: UsageMeter): void {
    if (this.call.isFree) {
      this.nothingUsed();
      return;
    }
    const { claim, bytes } = this.call;
    const usage = usageOf(meter, bytes, claim.model.pricing);
    this.used(usage, meter.reading.stopReason);
  }

  /** The provider refused the call, or never had it. */
  nothingUsed(): void {
    const { claim, rated, isFree } = this.call;
    rated.tokens = 0;
    if (!isFree) this.parts.budget.settle(claim, undefined);
  }

  /** No answer came. What the provider read until it was stopped has its price all the same. */
  unanswered(error: Error): void {
    const wasRead =
      error instanceof UpstreamError && error.reason !== 'Unreachable';
    if (!wasRead || this.call.isFree) {
      this.nothingUsed();
      return;
    }
    const { claim, bytes } = this.call;
    const nothingSaid = { reading: {}, textBytes: 0 };
    this.used(usageOf(nothingSaid, bytes, claim.model.pricing), 'aborted');
  }

  private used(usage: TokenUsage, stopReason: string | undefined): void {
    const { services, budget, metrics } = this.parts;
    const { claim, rated } = this.call;
    const { model, sessionId, turnId, requestId } = claim;
    const { input_tokens: input, output_tokens: output } = usage;
    rated.tokens = input + output;
    metrics.tokens.inc({ model: model.name, kind: 'input' }, input);
    metrics.tokens.inc({ model: model.name, kind: 'output' }, output);
    services
      .emit(sessionId, {
        type: 'agent.usage',
        payload: {
          ...usage,
          model: model.name,
          provider: model.provider,
          source: 'gateway',
          request_id: requestId,
          duration_ms: this.elapsedMs,
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
}
