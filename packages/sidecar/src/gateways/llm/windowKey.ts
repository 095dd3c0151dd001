import type { AgentSettings } from '@greenroom/protocol';

/** The window that a budget counts in now. Days and months begin at midnight UTC, as the operator counts them. */
export function windowKey(
  window: NonNullable<AgentSettings['budget']>['window'],
  sessionId: string,
  now: number,
): string {
  const date = new Date(now).toISOString();
  if (window === 'Session') return `session/${sessionId}`;
  return window === 'Day' ? date.slice(0, 10) : date.slice(0, 7);
}
