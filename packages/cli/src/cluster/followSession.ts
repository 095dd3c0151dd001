import { parseSessionEvent, SessionEvent } from '@greenroom/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { SessionJournal } from './SessionJournal';

/** Between two attempts to read on after the way to the operator broke. */
const RETRY_MS = 1000;

/**
 * The events of a session as they become durable, until the signal. A broken connection or a restarted operator is
 * waited out; no event comes twice.
 */
export async function* followSession(
  journal: SessionJournal,
  sessionId: string,
  signal: AbortSignal,
  onTrouble: (message: string) => void,
): AsyncGenerator<SessionEvent> {
  let last = 0;
  let wasTold = false;
  while (!signal.aborted) {
    try {
      for await (const raw of journal.events(sessionId, {
        follow: true,
        signal,
      })) {
        const event = parseSessionEvent(raw);
        if (event.seq <= last) continue;
        last = event.seq;
        wasTold = false;
        yield event;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!wasTold) onTrouble((error as Error).message);
      wasTold = true;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
