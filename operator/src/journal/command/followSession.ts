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
  let wake: () => void = () => undefined;
  let watcher: ReturnType<typeof watch> | undefined;
  try {
    while (!signal?.aborted) {
      const changed = new Promise<void>(resolve => {
        wake = resolve;
      });
      const written = await writeEvents(command, { from });
      if (!written) return notThere(command);
      watcher ??= watch(eventsFile(directory, sessionId!), () => wake());
      from = written.end;
      if (written.last && ENDS.test(written.last)) return 0;
      const pause = new AbortController();
      await Promise.race([
        changed,
        sleep(POLL_MS, undefined, { signal: pause.signal }).catch(
          () => undefined,
        ),
      ]);
      pause.abort();
    }
    return 0;
  } finally {
    watcher?.close();
  }
}
