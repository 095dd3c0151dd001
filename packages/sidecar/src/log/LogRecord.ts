import type {
  AppendedEntry,
  SessionInput,
  SessionOpening,
} from '@greenroom/protocol';

/** How a session stands in this sidecar. */
export type HeldState = 'open' | 'failed' | 'closed';

/** A turn that runs. */
export interface RunningTurn {
  id: string;
  inputId?: string;
}

/** What became of an input so far. */
export type InputState =
  | 'taken'
  | 'delivered'
  /** Its turn has ended. */
  | 'done'
  | 'failed'
  | 'expired';

/** A request that people must answer. */
export interface PendingAsk {
  requestId: string;
  type: 'Permission' | 'Question';
  turnId?: string;
  /** Parameters of `create_approval`, already redacted. */
  params: Record<string, unknown>;
  /** Who gets the answer: the runtime by an inject, or a call of this process that waits. */
  answerTo: 'runtime' | 'caller';
  /** Name of the Approval object, once it exists. */
  approval?: string;
}

/** How far the runtime's stream has been read: its own id for the place, or a digest of the event where it gives none. */
export interface ReadMark {
  cursor?: string;
  key?: string;
}

/** One entry of the sidecar's log. Together and in order they are everything a new sidecar must know to carry on. */
export type LogRecord =
  | {
      r: 'session';
      opening: SessionOpening;
      epoch: number;
      seq: number;
      hash: string;
      acked: number;
      state: HeldState;
    }
  | {
      r: 'entry';
      s: string;
      epoch: number;
      entry: AppendedEntry;
      /** The runtime's id of the event that this records. */
      source?: string;
      mark?: ReadMark;
      turn?: RunningTurn | false;
      output?: string;
    }
  | { r: 'read'; mark: ReadMark }
  | { r: 'turn'; s: string; turn: RunningTurn | false; output?: string }
  | { r: 'epoch'; s: string; epoch: number }
  | { r: 'ack'; s: string; seq: number }
  | {
      r: 'input';
      s: string;
      id: string;
      state: InputState;
      input?: SessionInput;
      turn?: string;
    }
  | { r: 'ask'; s: string; ask: PendingAsk }
  | { r: 'asked'; s: string; request: string; approval: string }
  | { r: 'answered'; s: string; request: string }
  | { r: 'seen'; s: string; ids: string[] }
  | { r: 'keys'; keys: string[] }
  | { r: 'state'; s: string; state: HeldState }
  | { r: 'forgotten'; s: string; state: HeldState };
