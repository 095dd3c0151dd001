import type { ClusterView } from '../../cluster/ClusterView';
import { indexes } from '../../cluster/ClusterView';

const endedMessages: ReadonlySet<string> = new Set([
  'Completed',
  'Failed',
  'Cancelled',
  'Denied',
]);
/** A session that is put aside needs no pod; one that is idle may be gone on with, and keeps it until its own time-out. */
const restingSessions: ReadonlySet<string> = new Set([
  'Suspended',
  'Completed',
  'Failed',
  'Cancelled',
  'Expired',
]);

/** How many Messages and Shared Sessions keep a live agent awake. */
export function conversationsOf(
  view: ClusterView,
  namespace: string,
  agent: string,
): number {
  const key = `${namespace}/${agent}`;
  const messages = view.messages
    .byIndex(indexes.byAgent, key)
    .filter(({ status }) => !endedMessages.has(status?.phase ?? ''));
  const sessions = view.sessions
    .byIndex(indexes.byAgent, key)
    .filter(
      ({ spec, status }) =>
        spec.placement === 'Shared' &&
        !restingSessions.has(status?.phase ?? ''),
    );
  return messages.length + sessions.length;
}
