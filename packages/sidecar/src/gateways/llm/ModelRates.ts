import type { ModelSettings } from '@greenroom/protocol';
import { ModelCallProblem } from './ModelCallProblem';

const WINDOW_MS = 60_000;

/** A call that counts against a model's limits. */
export interface RatedCall {
  at: number;
  /** Estimated first, then what the provider counted. */
  tokens: number;
}

interface Blocker {
  /** When the call in the way was made. */
  until: number;
  limit: string;
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
    const blockers = [
      rpm !== undefined && recent.length >= rpm
        ? { until: recent[recent.length - rpm].at, limit: `${rpm} requests` }
        : undefined,
      tpm !== undefined
        ? tokenBlocker(recent, tpm, Math.min(tokens, tpm))
        : undefined,
    ].filter(blocker => blocker !== undefined);
    // All limits must have room: what ends last is what one waits for.
    const [last] = blockers.sort((left, right) => right.until - left.until);
    if (last) throw this.tooMany(name, last);
    const call = { at: now, tokens };
    recent.push(call);
    return call;
  }

  /** Takes a call back that was not made after all. */
  leave({ name }: ModelSettings, call: RatedCall): void {
    const calls = this.calls.get(name) ?? [];
    this.calls.set(
      name,
      calls.filter(each => each !== call),
    );
  }

  private tooMany(model: string, { until, limit }: Blocker): ModelCallProblem {
    const waitMs = until + WINDOW_MS - this.now();
    const waitS = Math.max(1, Math.ceil(waitMs / 1000));
    return new ModelCallProblem(
      'rate',
      `Model "${model}" is limited to ${limit} a minute, and they are used up. Try again in ${waitS} s, or raise spec.limits of the Model.`,
      waitS,
    );
  }
}

/** The call after whose leaving the window the others and a new one fit the limit; undefined when they do already. */
function tokenBlocker(
  recent: readonly RatedCall[],
  tpm: number,
  tokens: number,
): Blocker | undefined {
  let sum = tokens;
  for (let index = recent.length - 1; index >= 0; index -= 1) {
    sum += recent[index].tokens;
    if (sum > tpm) return { until: recent[index].at, limit: `${tpm} tokens` };
  }
  return undefined;
}
