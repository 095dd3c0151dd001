import type { Actor, Emitter } from '@greenroom/protocol';
import type { ReadMark, RunningTurn } from '../log/LogRecord';

/** An event on its way into a session: what its source knows of it. */
export interface EventDraft {
  type: string;
  payload: unknown;
  /** Made by the source, or by the pipeline. */
  id?: string;
  turnId?: string;
  causationId?: string;
  /** The agent when unset. */
  actor?: Actor;
  trace?: string;
}

/** How an event goes into the pipeline. */
export interface EmitOptions {
  /** On whose word; decides which types are taken. */
  emitter: Emitter;
  /** What the caller waits for: the disk (the default), or only the event's place in the order. */
  until?: 'placed' | 'durable';
  /** The runtime's own id of the event, remembered with it so that a repetition is recognised. */
  source?: string;
  /** How far the runtime's stream is read once this is recorded. */
  mark?: ReadMark;
  /** The turn that runs from here on; `false` ends it. */
  turn?: RunningTurn | false;
}

/** An event that is in the log. */
export interface EmittedEvent {
  id: string;
  seq: number;
  type: string;
}
