import type { SessionEvent, SessionState } from '@greenroom/protocol';
import type { Journal } from '../journal/Journal';
import { JournalError } from '../journal/JournalError';
import { eventOfEntry, readSessionRecords } from '../journal/SessionReader';
import type { SessionStates } from './SessionStates';

/** Events read from the disk at a time. */
const BATCH = 256;

/** {@link SessionStates} of the journal that this process writes. */
export class JournalSessionStates implements SessionStates {
  readonly #journal: Journal;
  readonly #directory: string;

  constructor(journal: Journal, directory: string) {
    this.#journal = journal;
    this.#directory = directory;
  }

  get(sessionId: string): SessionState | undefined {
    try {
      return this.#journal.state(sessionId);
    } catch (error) {
      if (error instanceof JournalError) return undefined;
      throw error;
    }
  }

  problem(sessionId: string): string | undefined {
    try {
      this.#journal.head(sessionId);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async *events(sessionId: string, afterSeq = 0): AsyncGenerator<SessionEvent> {
    let offset = 0;
    for (;;) {
      const batch: SessionEvent[] = [];
      const scanned = readSessionRecords(
        this.#directory,
        sessionId,
        offset,
        record => {
          if (record.type === 'entry' && record.entry.seq > afterSeq) {
            batch.push(eventOfEntry(record.entry));
          }
          return batch.length < BATCH;
        },
      );
      yield* batch;
      if (!scanned || batch.length < BATCH) return;
      offset = scanned.end;
    }
  }

  onEvents(
    listener: (sessionId: string, events: readonly SessionEvent[]) => void,
  ): () => void {
    return this.#journal.onEvents((meta, events) =>
      listener(meta.session_id, events),
    );
  }
}
