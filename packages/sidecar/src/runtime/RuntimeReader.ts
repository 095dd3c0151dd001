import type { RuntimeCapabilities, RuntimeState } from '@greenroom/protocol';
import type { SessionLog } from '../log/SessionLog';
import type { Sessions } from '../sessions/Sessions';
import type { RuntimeDriver, RuntimeSignal } from './RuntimeDriver';

/** How the runtime is. */
export interface RuntimeStatus {
  contract: string;
  state: RuntimeState;
  message?: string;
  capabilities: RuntimeCapabilities;
}

/** What the reader works with. */
export interface RuntimeReaderOptions {
  driver: RuntimeDriver;
  log: SessionLog;
  /** Called when the status changed. */
  onStatus(status: RuntimeStatus): void;
  /** Waits while the log has no room, which makes the runtime wait. */
  room(): Promise<void>;
  info(fact: Record<string, unknown>, message: string): void;
  warn(fact: Record<string, unknown>, message: string): void;
}

/** Reads the runtime's stream into the sessions, one event after another. */
export class RuntimeReader {
  private state: RuntimeState = 'starting';
  private message: string | undefined;

  constructor(private readonly options: RuntimeReaderOptions) {}

  status(): RuntimeStatus {
    const { contract, capabilities } = this.options.driver;
    return {
      contract,
      state: this.state,
      ...(this.message && { message: this.message }),
      capabilities,
    };
  }

  /** Reads until the signal aborts. Rejects only when the log cannot be written. */
  async run(sessions: Sessions, signal: AbortSignal): Promise<void> {
    const { cursor, keys } = this.options.log.state;
    const from = { ...(cursor !== undefined && { cursor }), keys: [...keys] };
    for await (const runtimeSignal of this.options.driver.signals(
      from,
      signal,
    )) {
      if (signal.aborted) return;
      await this.take(runtimeSignal, sessions);
      await this.options.room();
    }
  }

  private async take(signal: RuntimeSignal, sessions: Sessions): Promise<void> {
    switch (signal.kind) {
      case 'event':
        await sessions.takeRuntimeEvent(signal.event, signal.mark);
        break;
      case 'ready':
        this.options.info(
          { contract: signal.contract, restarted: signal.restarted },
          'the runtime answers',
        );
        this.become('ready');
        await sessions.runtimeReady(signal.restarted);
        break;
      case 'lost':
        this.options.warn(
          { reason: signal.message },
          'the connection to the runtime broke; trying again',
        );
        this.become('starting', signal.message);
        sessions.runtimeLost();
        break;
      case 'gone':
        this.options.warn({}, signal.message);
        this.become('starting', signal.message);
        await sessions.runtimeGone();
        break;
      case 'failed':
        this.options.warn({}, signal.message);
        this.become('failed', signal.message);
        await sessions.runtimeFailed(signal.message);
        break;
      case 'unreadable':
        this.options.warn(
          { reason: signal.message },
          'the runtime sent what is no event',
        );
        break;
      default:
        signal satisfies never;
    }
  }

  private become(state: RuntimeState, message?: string): void {
    this.state = state;
    this.message = message;
    this.options.onStatus(this.status());
  }
}
