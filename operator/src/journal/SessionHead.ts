import {
  initialSessionState,
  isEnded,
  parseSessionEvent,
  projectSession,
  type Seal,
  type SessionEvent,
  type SessionState,
} from '@greenroom/protocol';
import type { ChainRules } from './chainRules';
import type { JournalEntry } from './entryCodec';
import { JournalError } from './JournalError';
import type { SessionFence, SessionMeta, SessionRecord } from './sessionRecord';

/** Where a session's record stands: what the next record must follow. Immutable. */
export interface SessionHead {
  meta: SessionMeta;
  fence?: SessionFence;
  seal?: Seal;
  seq: number;
  hash: Buffer;
  /** Epoch of the last entry; 0 before the first. */
  epoch: number;
  /** When the first entry that no seal covers was taken, in ms since 1970. */
  unsealedSince?: number;
  state: SessionState;
}

/** A record that was found to follow, and the head it leads to. */
export interface NextHead {
  head: SessionHead;
  /** The event of an entry. */
  event?: SessionEvent;
}

/** The head of a session of which only the first record exists. */
export function firstHead(meta: SessionMeta, rules: ChainRules): SessionHead {
  return {
    meta,
    seq: 0,
    hash: rules.start(meta.session_id, meta.genesis),
    epoch: 0,
    state: initialSessionState,
  };
}

/** Whether a final seal may be made: the session ended. */
export function hasEnded(head: SessionHead): boolean {
  return isEnded(head.state);
}

/**
 * The head after one more record.
 *
 * Throws {@link JournalError}: `OutOfOrder`, `Fenced`, `ChainMismatch` or `Invalid`, each naming the entry. A final seal must cover every entry.
 */
export function followHead(
  head: SessionHead,
  record: SessionRecord,
  rules: ChainRules,
  now: number,
): NextHead {
  switch (record.type) {
    case 'entry':
      return followEntry(head, record.entry, rules, now);
    case 'fence':
      return { head: { ...head, fence: record.fence } };
    case 'seal':
      if (record.seal.final && record.seal.seq !== head.seq) {
        throw new JournalError(
          'OutOfOrder',
          `A final seal under entry ${record.seal.seq} of session ${head.meta.session_id} leaves out what follows, up to entry ${head.seq}. Seal again from there.`,
        );
      }
      return {
        head: {
          ...head,
          seal: record.seal,
          unsealedSince:
            record.seal.seq < head.seq ? head.unsealedSince : undefined,
        },
      };
    default:
      throw new JournalError(
        'Invalid',
        `Session ${head.meta.session_id} begins twice.`,
      );
  }
}

function followEntry(
  head: SessionHead,
  entry: JournalEntry,
  rules: ChainRules,
  now: number,
): NextHead {
  const sessionId = head.meta.session_id;
  const name = `Entry ${entry.seq} of session ${sessionId}`;
  if (entry.seq !== head.seq + 1) {
    throw new JournalError(
      'OutOfOrder',
      `${name} does not follow entry ${head.seq}. Send from ${
        head.seq + 1
      } on.`,
    );
  }
  if (head.seal?.final) {
    throw new JournalError(
      'Ended',
      `${name} comes after the session ended and was sealed.`,
    );
  }
  const granted = head.fence?.epoch ?? 0;
  if (entry.epoch > granted) {
    throw new JournalError(
      'Fenced',
      `${name} was sent in epoch ${entry.epoch}, but the session is in epoch ${granted}.`,
    );
  }
  const { salt, body } = entry;
  const expected = rules.next({
    sessionId,
    seq: entry.seq,
    previous: head.hash,
    salt,
    body,
  });
  if (!expected.equals(entry.hash)) {
    throw new JournalError(
      'ChainMismatch',
      `${name} has hash ${entry.hash.toString(
        'hex',
      )}, but its bytes after entry ${head.seq} give ${expected.toString(
        'hex',
      )}. It was altered, or does not belong here.`,
    );
  }
  const event = eventOf(entry, sessionId, name);
  if (event.epoch < head.epoch || event.epoch > entry.epoch) {
    throw new JournalError(
      'Fenced',
      `${name} is of epoch ${event.epoch}; after epoch ${head.epoch} and sent in epoch ${entry.epoch} it must lie between them.`,
    );
  }
  return {
    event,
    head: {
      ...head,
      seq: entry.seq,
      epoch: event.epoch,
      hash: Buffer.from(expected),
      unsealedSince: head.unsealedSince ?? now,
      state: projectSession(head.state, event),
    },
  };
}

/** The envelope in an entry's bytes; it must say of itself what the chain says of it. */
function eventOf(
  entry: JournalEntry,
  sessionId: string,
  name: string,
): SessionEvent {
  let event: SessionEvent;
  try {
    event = parseSessionEvent(JSON.parse(entry.body.toString('utf8')));
  } catch (error) {
    throw new JournalError('Invalid', `${name} is no event: ${error}`, {
      cause: error,
    });
  }
  if (event.session_id !== sessionId || event.seq !== entry.seq) {
    throw new JournalError(
      'Invalid',
      `${name} says of itself that it is entry ${event.seq} of session ${event.session_id}.`,
    );
  }
  return event;
}
