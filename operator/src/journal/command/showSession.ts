import { readSessionRecords } from '../SessionReader';
import type { JournalCommand } from './runJournalCommand';

/** The events of a session as they were recorded: the exact bytes, one per line. */
export async function showSession(command: JournalCommand): Promise<number> {
  return (await writeEvents(command, { from: 0 })) ? 0 : notThere(command);
}

/** Says that there is no such session; answers the exit status. */
export function notThere({ sessionId, complain }: JournalCommand): number {
  complain(
    sessionId
      ? `The journal has no session ${sessionId}. \`journal list\` shows those it has.\n`
      : 'Name a session; `journal list` shows them.\n',
  );
  return 4;
}

/** Records read before they are written, so that a large session takes little memory. */
const BATCH = 256;

/**
 * Writes the events from byte `from` of the session's file; `undefined` if there is no such session.
 *
 * @returns where it ended, and the last event's body
 */
export async function writeEvents(
  { directory, sessionId, flags, write }: JournalCommand,
  { from }: { from: number },
): Promise<{ end: number; last?: string } | undefined> {
  if (!sessionId) return undefined;
  const after = Number(flags.after ?? 0);
  let end = from;
  let last: string | undefined;
  for (;;) {
    const bodies: string[] = [];
    const scanned = readSessionRecords(directory, sessionId, end, record => {
      if (record.type === 'entry' && record.entry.seq > after) {
        bodies.push(record.entry.body.toString('utf8'));
      }
      return bodies.length < BATCH;
    });
    if (!scanned) return undefined;
    // Canonical JSON holds no line breaks, so the bytes are a line as they are.
    for (const body of bodies) await write(`${body}\n`);
    last = bodies.at(-1) ?? last;
    end = scanned.end;
    if (bodies.length < BATCH) return { end, last };
  }
}
