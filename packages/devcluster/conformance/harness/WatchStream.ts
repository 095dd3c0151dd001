import type { IncomingMessage } from 'node:http';
import { ApiServer } from './ApiServer';

export interface WatchedEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: any;
}

/** Longest wait for an event that must come. */
const EVENT_TIMEOUT_MS = 10_000;

/** An open watch whose events are read one by one. */
export class WatchStream {
  private readonly events: WatchedEvent[] = [];
  private wake = () => {};
  private ended = false;

  private constructor(private readonly response: IncomingMessage) {
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', chunk => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      this.events.push(
        ...lines.filter(Boolean).map(line => JSON.parse(line) as WatchedEvent),
      );
      this.wake();
    });
    const end = () => {
      this.ended = true;
      this.wake();
    };
    response.on('end', end);
    response.on('error', end);
    response.on('close', end);
  }

  static async open(api: ApiServer, path: string): Promise<WatchStream> {
    const response = await api.open(path);
    if (response.statusCode !== 200) {
      throw new Error(`GET ${path} answered ${response.statusCode}`);
    }
    return new WatchStream(response);
  }

  /** The next event that matches; those before it are dropped. */
  async next(
    matches: (event: WatchedEvent) => boolean = () => true,
  ): Promise<WatchedEvent> {
    const end = Date.now() + EVENT_TIMEOUT_MS;
    for (;;) {
      while (this.events.length) {
        const event = this.events.shift()!;
        if (matches(event)) return event;
      }
      if (this.ended) throw new Error('The watch ended before the event came.');
      if (Date.now() > end) throw new Error('The event did not come in time.');
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, 100);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Everything until the server ends the watch. */
  async all(): Promise<WatchedEvent[]> {
    const end = Date.now() + EVENT_TIMEOUT_MS;
    while (!this.ended) {
      if (Date.now() > end) throw new Error('The watch did not end in time.');
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, 50);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.events;
  }

  close() {
    this.response.destroy();
  }
}
