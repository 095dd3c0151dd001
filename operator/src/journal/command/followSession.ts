import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventsFile } from '../SessionFiles';
import type { JournalCommand } from './runJournalCommand';
import { notThere, writeEvents } from './showSession';

/** Where the file system tells nothing of changes, the file is looked at this often. */
const POLL_MS = 1_000;
const ENDS = /"type":"session\.(completed|failed|cancelled)"/;

/** The events of a session and those that come, until it ends or the reader goes away. */
export async function followSession(command: JournalCommand): Promise<number> {
  const { directory, sessionId, signal } = command;
  let from = 0;
  const pauses = { current: new AbortController() };
  const wake = () => pauses.current.abort();
  let watcher: ReturnType<typeof watch> | undefined;
  try {
    while (!signal?.aborted) {
      // Made before reading: what is written meanwhile ends the pause that follows.
      pauses.current = new AbortController();
      const written = await writeEvents(command, { from });
      if (!written) return notThere(command);
      if (written.last && ENDS.test(written.last)) return 0;
      watcher ??= watch(eventsFile(directory, sessionId!), wake);
      from = written.end;
      const { signal: woken } = pauses.current;
      await sleep(POLL_MS, undefined, { signal: woken }).catch(() => undefined);
    }
    return 0;
  } finally {
    watcher?.close();
  }
}
