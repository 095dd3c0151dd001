/** How often somebody who waits looks whether it is still worth it, in milliseconds. */
const CHECK_MS = 200;

/** Open while the runtime answers; whoever needs the runtime waits here. */
export class RuntimeGate {
  private state: 'starting' | 'ready' | 'failed' = 'starting';
  private readonly waiting = new Set<() => void>();

  constructor(private readonly signal: AbortSignal) {}

  get isReady(): boolean {
    return this.state === 'ready';
  }

  become(state: 'starting' | 'ready' | 'failed'): void {
    this.state = state;
    if (state === 'ready') for (const wake of [...this.waiting]) wake();
  }

  /** Waits until the runtime answers, nobody needs it any more, or the process ends. */
  async whenReady(isPointless: () => boolean): Promise<void> {
    while (!this.isReady && !isPointless() && !this.signal.aborted) {
      await this.pause(CHECK_MS);
    }
  }

  /** Waits; less, if the runtime becomes ready. */
  pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const waiting: { timer?: NodeJS.Timeout } = {};
      const wake = () => {
        clearTimeout(waiting.timer);
        this.waiting.delete(wake);
        resolve();
      };
      waiting.timer = setTimeout(wake, ms);
      this.waiting.add(wake);
    });
  }
}
