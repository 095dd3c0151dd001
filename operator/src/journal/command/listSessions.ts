import { protocolChainRules } from '../chainRules';
import { loadSession } from '../loadSession';
import { listSessionIds } from '../SessionFiles';
import { hasEnded } from '../SessionHead';
import { jsonLine } from './jsonLine';
import type { JournalCommand } from './runJournalCommand';

/** One line per session, the newest first: what it is, where it stands, how far it is sealed. */
export async function listSessions(command: JournalCommand): Promise<number> {
  const { directory, flags, write } = command;
  const rules = protocolChainRules();
  // Ids begin with their time of making, so that sorting them sorts by time.
  const ids = [...listSessionIds(directory)].sort().reverse();
  for (const sessionId of ids) {
    try {
      const loaded = loadSession(directory, sessionId, rules);
      if (!loaded) continue;
      const { head, bytes } = loaded;
      const { meta, state, seal } = head;
      const isWanted =
        (!flags.namespace || meta.namespace === flags.namespace) &&
        (!flags.agent || meta.agent.name === flags.agent) &&
        (!flags.since || meta.created_at >= flags.since);
      if (!isWanted) continue;
      await write(
        jsonLine({
          ...meta,
          phase: state.phase,
          title: state.title,
          started_at: state.createdAt,
          ended_at: state.endedAt,
          last_event_at: state.lastEventAt,
          usage: state.usage,
          pending: state.pending.length,
          seq: head.seq,
          sealed_seq: seal?.seq ?? 0,
          ended: hasEnded(head),
          bytes,
        }),
      );
    } catch (error) {
      await write(
        jsonLine({ session_id: sessionId, problem: (error as Error).message }),
      );
    }
  }
  return 0;
}
