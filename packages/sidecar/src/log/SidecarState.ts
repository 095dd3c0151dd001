import { HeldSession } from './HeldSession';
import { REPLAY_HISTORY } from '../runtime/ReplayFilter';
import type { HeldState, LogRecord, ReadMark, RunningTurn } from './LogRecord';

/** Inputs of one session whose ids are remembered; the oldest that are over go first. */
const REMEMBERED_INPUTS = 10_000;
/** Sessions whose ids are remembered after they are done, so that a late message about one is recognised. */
const REMEMBERED_SESSIONS = 10_000;

/**
 * Everything that the log's records add up to. `apply` is the only way it changes, at run time and on recovery alike, so that
 * what a new sidecar finds is what the old one knew.
 */
export class SidecarState {
  readonly sessions = new Map<string, HeldSession>();
  /** Sessions that are done and forgotten, and how they ended. */
  readonly forgotten = new Map<string, HeldState>();
  /** `id:` of the last event read from the runtime's stream. */
  cursor?: string;
  /** Digests of the last events that had no id, oldest first. */
  readonly keys: string[] = [];

  static from(payloads: Iterable<string>): SidecarState {
    const state = new SidecarState();
    for (const payload of payloads)
      state.apply(JSON.parse(payload) as LogRecord);
    return state;
  }

  apply(record: LogRecord): void {
    if (record.r === 'read') {
      this.advance(record.mark);
      return;
    }
    if (record.r === 'keys') {
      this.keys.push(...record.keys);
      return;
    }
    if (record.r === 'session') {
      const { opening, epoch, seq, hash, acked, state } = record;
      this.sessions.set(
        opening.session_id,
        new HeldSession(opening, epoch, seq, hash, acked, state),
      );
      return;
    }
    if (record.r === 'forgotten') {
      this.sessions.delete(record.s);
      this.forgotten.set(record.s, record.state);
      if (this.forgotten.size > REMEMBERED_SESSIONS) {
        this.forgotten.delete(this.forgotten.keys().next().value!);
      }
      return;
    }
    if (record.r === 'entry' && record.mark) this.advance(record.mark);
    const session = this.sessions.get(record.s);
    if (session) applyToSession(session, record);
  }

  private advance({ cursor, key }: ReadMark): void {
    if (cursor !== undefined) this.cursor = cursor;
    if (key === undefined) return;
    this.keys.push(key);
    if (this.keys.length > REPLAY_HISTORY) this.keys.shift();
  }

  /** Records that add up to this state, for a compacted log. */
  *records(): Generator<LogRecord> {
    if (this.cursor !== undefined)
      yield { r: 'read', mark: { cursor: this.cursor } };
    if (this.keys.length > 0) yield { r: 'keys', keys: [...this.keys] };
    for (const [s, state] of this.forgotten) yield { r: 'forgotten', s, state };
    for (const session of this.sessions.values()) yield* recordsOf(session);
  }
}

type SessionRecord = Exclude<
  LogRecord,
  { r: 'read' | 'keys' | 'session' | 'forgotten' }
>;

function applyToSession(session: HeldSession, record: SessionRecord): void {
  switch (record.r) {
    case 'entry':
      session.unacked.push({ entry: record.entry, epoch: record.epoch });
      session.seq = record.entry.seq;
      session.hash = record.entry.hash;
      if (record.source) session.seen.add(record.source);
      setTurn(session, record);
      break;
    case 'turn':
      setTurn(session, record);
      break;
    case 'epoch':
      session.epoch = record.epoch;
      break;
    case 'ack':
      session.acked = Math.max(session.acked, record.seq);
      while (
        session.unacked.length > 0 &&
        session.unacked[0].entry.seq <= record.seq
      )
        session.unacked.shift();
      break;
    case 'input': {
      const known = session.inputs.get(record.id);
      const isPending = record.state === 'taken';
      session.inputs.set(record.id, {
        state: record.state,
        ...(isPending &&
          (record.input ?? known?.input) && {
            input: record.input ?? known?.input,
          }),
        ...((record.turn ?? known?.turnId) && {
          turnId: record.turn ?? known?.turnId,
        }),
      });
      forgetOldInputs(session);
      break;
    }
    case 'ask':
      session.asks.set(record.ask.requestId, record.ask);
      break;
    case 'asked': {
      const ask = session.asks.get(record.request);
      if (ask)
        session.asks.set(record.request, { ...ask, approval: record.approval });
      break;
    }
    case 'answered':
      session.asks.delete(record.request);
      break;
    case 'seen':
      for (const id of record.ids) session.seen.add(id);
      break;
    case 'state':
      session.state = record.state;
      break;
    default:
      record satisfies never;
  }
}

function forgetOldInputs({ inputs }: HeldSession): void {
  if (inputs.size <= REMEMBERED_INPUTS) return;
  for (const [id, { state }] of inputs) {
    if (state === 'taken' || state === 'delivered') continue;
    inputs.delete(id);
    return;
  }
}

/** Ids in one record; keeps records far below their limit. */
const IDS_PER_RECORD = 2_000;

function* recordsOf(session: HeldSession): Generator<LogRecord> {
  const { id: s, opening, epoch, seq, hash, acked, state } = session;
  const firstKept = session.unacked[0]?.entry.seq;
  yield {
    r: 'session',
    opening,
    epoch,
    seq: firstKept ? firstKept - 1 : seq,
    hash,
    acked,
    state,
  };
  const seen = session.seen.values();
  for (let start = 0; start < seen.length; start += IDS_PER_RECORD) {
    yield { r: 'seen', s, ids: seen.slice(start, start + IDS_PER_RECORD) };
  }
  for (const [id, { state: inputState, input, turnId }] of session.inputs) {
    yield {
      r: 'input',
      s,
      id,
      state: inputState,
      ...(input && { input }),
      ...(turnId && { turn: turnId }),
    };
  }
  for (const ask of session.asks.values()) yield { r: 'ask', s, ask };
  for (const { entry, epoch: entryEpoch } of session.unacked) {
    yield { r: 'entry', s, epoch: entryEpoch, entry };
  }
  if (session.turn || session.lastOutput) {
    yield {
      r: 'turn',
      s,
      turn: session.turn ?? false,
      ...(session.lastOutput && { output: session.lastOutput }),
    };
  }
}

function setTurn(
  session: HeldSession,
  { turn, output }: { turn?: RunningTurn | false; output?: string },
): void {
  if (turn === false) {
    const input = session.inputs.get(session.turn?.inputId ?? '');
    if (input?.state === 'delivered') input.state = 'done';
    session.turn = undefined;
  } else if (turn) session.turn = turn;
  if (output) session.lastOutput = output;
}
