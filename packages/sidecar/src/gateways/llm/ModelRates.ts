import type { ModelSettings } from '@greenroom/protocol';
import { ModelCallProblem } from './ModelCallProblem';

const WINDOW_MS = 60_000;

/** A call that counts against a model's limits. */
export interface RatedCall {
  at: number;
  /** Estimated first, then what the provider counted. */
  tokens: number;
}

/** Requests and tokens of the last minute, per model, as this pod made them. */
export class ModelRates {
  private readonly calls = new Map<string, RatedCall[]>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * Counts a call in. A call larger than the whole limit passes when it is alone: the provider knows better whether it is.
   *
   * @throws ModelCallProblem `rate`, with the time after which it fits
   */
  enter({ name, limits }: ModelSettings, tokens: number): RatedCall {
    const now = this.now();
    const recent = (this.calls.get(name) ?? []).filter(
      ({ at }) => at > now - WINDOW_MS,
    );
    this.calls.set(name, recent);
    const { rpm, tpm } = limits ?? {};
    if (rpm !== undefined && recent.length >= rpm) {
      throw this.tooMany(name, recent[recent.length - rpm], `${rpm} requests`);
    }
    if (tpm !== undefined) {
      const blocking = firstInTheWay(recent, tpm - Math.min(tokens, tpm));
      if (blocking) throw this.tooMany(name, blocking, `${tpm} tokens`);
    }
    const call = { at: now, tokens };
    recent.push(call);
    return call;
  }

  private tooMany(
    model: string,
    { at }: RatedCall,
    limit: string,
  ): ModelCallProblem {
    const waitS = Math.max(1, Math.ceil((at + WINDOW_MS - this.now()) / 1000));
    return new ModelCallProblem(
      'rate',
      `Model "${model}" is limited to ${limit} a minute, and they are used up. Try again in ${waitS} s, or raise spec.limits of the Model.`,
      waitS,
    );
  }
}

/** The call after whose leaving the window the others hold at most so many tokens; undefined when they do already. */
function firstInTheWay(
  recent: readonly RatedCall[],
  room: number,
): RatedCall | undefined {
  let sum = 0;
  for (let index = recent.length - 1; index >= 0; index -= 1) {
    sum += recent[index].tokens;
    if (sum > room) return recent[index];
  }
  return undefined;
}
