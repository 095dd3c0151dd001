/** A session as retention sees it. */
export interface StoredSession {
  sessionId: string;
  bytes: number;
  /** In ms since 1970; unset for a session that goes on, or whose end is not sealed. */
  endedAt?: number;
}

/** The ended sessions to remove: those that are too old, then the oldest until the rest is small enough. */
export function chooseExpired(
  sessions: readonly StoredSession[],
  limits: { maxAgeMs: number; maxBytes: number },
  now: number,
): string[] {
  let bytes = 0;
  for (const session of sessions) bytes += session.bytes;
  const ended = sessions
    .filter(session => session.endedAt !== undefined)
    .sort((left, right) => left.endedAt! - right.endedAt!);
  const expired: string[] = [];
  for (const session of ended) {
    const isOld = now - session.endedAt! > limits.maxAgeMs;
    if (!isOld && bytes <= limits.maxBytes) break;
    expired.push(session.sessionId);
    bytes -= session.bytes;
  }
  return expired;
}
