import type { RuntimeCapabilities } from '@greenroom/protocol';
import type { ReadMark } from '../log/LogRecord';

/** One event as a runtime sends it; every field but the type may be missing. */
export interface RuntimeEvent {
  type: string;
  payload: unknown;
  eventId?: string;
  sessionId?: string;
  turnId?: string;
  causationId?: string;
}

/** What a driver tells its reader, in order. */
export type RuntimeSignal =
  /** The runtime answers. `restarted`: it is another process than before, which knows nothing of what the old one did. */
  | {
      kind: 'ready';
      contract: string;
      capabilities: RuntimeCapabilities;
      restarted: boolean;
    }
  /** The connection broke; the driver is already trying again. */
  | { kind: 'lost'; message: string }
  /** The runtime's process is gone: nobody listens any more. Another one may come. */
  | { kind: 'gone'; message: string }
  /** The runtime did not answer in time. The driver goes on trying. */
  | { kind: 'failed'; message: string }
  | { kind: 'event'; event: RuntimeEvent; mark: ReadMark }
  /** Something on the stream was not an event. */
  | { kind: 'unreadable'; message: string };

/** What a runtime is told when a session opens. */
export interface RuntimeSession {
  session_id: string;
  mode: 'System' | 'Supervised';
  goal?: string;
  instructions?: string;
  config?: Record<string, unknown>;
  model?: {
    name: string;
    provider: string;
    model: string;
    maxOutputTokens?: number;
  };
  /** Paths are relative to GREENROOM_URL. */
  mcp: { name: string; path: string }[];
  skills: { name: string; path: string }[];
  workspace_dir: string;
  task?: { name: string; namespace: string; dir: string };
  interactive: boolean;
}

/** Something for the runtime's session to take in. */
export interface RuntimeInput {
  text: string;
  session_id: string;
  turn_id?: string;
  event_id: string;
  kind: 'task' | 'message' | 'answer';
  request_id?: string;
  sender_id?: string;
  decision?: {
    approved: boolean;
    reason?: string;
    answer?: string;
    edited_arguments?: Record<string, unknown>;
    expired?: boolean;
    decided_by?: string;
  };
}

/** The runtime would not take something. `retry`: it may later. `unknownSession`: open the session again first. */
export class RuntimeRefusedError extends Error {
  readonly name = 'RuntimeRefusedError';

  constructor(
    message: string,
    readonly kind: 'refused' | 'retry' | 'unknownSession',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** How the sidecar speaks with a runtime; one implementation per contract. */
export interface RuntimeDriver {
  readonly capabilities: RuntimeCapabilities;
  /** What the runtime calls its contract, such as `greenroom/1`. */
  readonly contract: string;
  /** Whether the runtime says itself when a turn begins and ends. */
  readonly reportsTurns: boolean;
  /**
   * Everything the runtime says, for ever, until the signal aborts. The reader's pace is the runtime's: nothing is read ahead.
   *
   * @param from how far the stream was read before; the keys oldest first
   */
  signals(
    from: { cursor?: string; keys: readonly string[] },
    signal: AbortSignal,
  ): AsyncIterable<RuntimeSignal>;
  open(session: RuntimeSession): Promise<'opened' | 'kept'>;
  send(input: RuntimeInput): Promise<void>;
  cancel(request: {
    session_id: string;
    turn_id?: string;
    reason: string;
  }): Promise<void>;
  close(sessionId: string): Promise<void>;
  /** Asks the runtime to end itself, for one that cannot stop a turn in another way. */
  shutdown(reason: string): Promise<void>;
}
