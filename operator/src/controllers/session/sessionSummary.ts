import type { Task } from '@greenroom/kinds';
import type { SessionState, SessionUsage } from '@greenroom/protocol';

type SessionSummary = NonNullable<NonNullable<Task['status']>['session']>;
type Tokens = NonNullable<NonNullable<SessionSummary['summary']>['tokens']>;

/** A session as the statuses of Tasks and Sessions tell it. */
export function sessionSummary(
  id: string,
  session: SessionState,
  title: string,
): SessionSummary {
  const cost = costUSD(session.usage);
  return {
    id,
    title,
    summary: {
      messages: session.messages,
      ...(session.usage.calls > 0 ? { tokens: tokens(session.usage) } : {}),
      ...(cost === undefined ? {} : { costUSD: cost }),
      filesChanged: 0,
      additions: 0,
      deletions: 0,
    },
  };
}

/** Tokens by kind: `input` are those that no cache had. */
export function tokens(usage: SessionUsage): Tokens {
  const cacheRead = usage.cacheReadTokens ?? 0;
  const cacheWrite = usage.cacheWriteTokens ?? 0;
  return {
    input: Math.max(0, usage.inputTokens - cacheRead - cacheWrite),
    output: usage.outputTokens,
    reasoning: usage.reasoningTokens ?? 0,
    cacheRead,
    cacheWrite,
  };
}

/** The cost, absent where no price is known. */
export function costUSD(usage: SessionUsage): number | undefined {
  return usage.costUsd === undefined ? undefined : Number(usage.costUsd);
}
