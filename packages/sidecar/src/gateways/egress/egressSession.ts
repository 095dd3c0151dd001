import type { HeldSession } from '../../log/HeldSession';

/**
 * The session on whose behalf a connection is made, as far as anybody can tell: the one that the proxy's user name gives, the only
 * one that is open, or the only one that is at work.
 */
export function egressSession(
  user: string,
  open: readonly HeldSession[],
): HeldSession | undefined {
  const named = open.find(({ id }) => id === user);
  if (named) return named;
  if (open.length === 1) return open[0];
  const atWork = open.filter(({ turn }) => turn);
  return atWork.length === 1 ? atWork[0] : undefined;
}
