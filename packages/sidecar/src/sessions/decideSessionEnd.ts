/** How a session that is closed ends on the record. */
export type SessionEnd =
  | { type: 'session.completed'; payload: { reason: string; result?: string } }
  | { type: 'session.failed'; payload: { reason: string; message: string } }
  | {
      type: 'session.cancelled';
      payload: { reason: string; message?: string };
    };

/** Reasons of `close_session` that mean somebody or a limit ended it before its work was done. */
const CANCELLED: ReadonlySet<string> = new Set([
  'Stopped',
  'TimedOut',
  'Deleted',
  'Cancelled',
  'IdleTimeout',
  'Expired',
  'Replaced',
]);

/** The event that a close means. Whoever closes a session that did its work says `Completed` or another word of success. */
export function decideSessionEnd(reason: string): SessionEnd {
  if (CANCELLED.has(reason))
    return { type: 'session.cancelled', payload: { reason } };
  if (/fail|error/i.test(reason)) {
    return {
      type: 'session.failed',
      payload: { reason, message: `The session was closed: ${reason}.` },
    };
  }
  return { type: 'session.completed', payload: { reason } };
}
