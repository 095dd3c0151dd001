import type { EventPayloads } from '../events/eventTypes';
import { addUsd } from '../values/UsdAmount';

/** Totals of a session's model calls. */
export interface SessionUsage {
  calls: number;
  /** Cached tokens included. */
  inputTokens: number;
  outputTokens: number;
  reasoningTokens?: number;
  cacheReadTokens?: number;
  cacheWriteTokens?: number;
  /** Unset when no call had a known price. */
  costUsd?: string;
  /** The models called, in the order of their first call. */
  models: readonly string[];
  /** Who counted: the sidecar's gateway, or the runtime where no call went through the gateway. */
  source?: 'gateway' | 'runtime';
}

function add(left: number | undefined, right: number | undefined) {
  return left === undefined && right === undefined
    ? undefined
    : (left ?? 0) + (right ?? 0);
}

function cost(left: string | undefined, right: string | undefined) {
  return left !== undefined && right !== undefined
    ? addUsd(left, right)
    : left ?? right;
}

/**
 * Adds one call to the totals.
 *
 * A runtime may report calls that the gateway metered already. What the gateway counted is what was paid for, so from
 * its first event on only its own count.
 */
export function addUsage(
  total: SessionUsage,
  call: EventPayloads['agent.usage'],
): SessionUsage {
  const source = call.source ?? 'runtime';
  if (total.source === 'gateway' && source === 'runtime') return total;
  const before: SessionUsage =
    total.source === 'runtime' && source === 'gateway'
      ? { calls: 0, inputTokens: 0, outputTokens: 0, models: [] }
      : total;
  return {
    source,
    calls: before.calls + 1,
    inputTokens: before.inputTokens + call.input_tokens,
    outputTokens: before.outputTokens + call.output_tokens,
    reasoningTokens: add(before.reasoningTokens, call.reasoning_tokens),
    cacheReadTokens: add(before.cacheReadTokens, call.cache_read_tokens),
    cacheWriteTokens: add(before.cacheWriteTokens, call.cache_write_tokens),
    costUsd: cost(before.costUsd, call.cost_usd),
    models: before.models.includes(call.model)
      ? before.models
      : [...before.models, call.model],
  };
}
