import { MISSED_HEARTBEATS } from '@greenroom/protocol';

/** Knows when the other side was last heard of, and asks it to say something meanwhile. */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private missed = 0;

  constructor(private readonly onDead: () => void) {}

  start(intervalMs: number, ping: () => void): void {
    this.stop();
    this.timer = setInterval(() => {
      this.missed += 1;
      if (this.missed > MISSED_HEARTBEATS) this.onDead();
      else ping();
    }, intervalMs);
  }

  alive(): void {
    this.missed = 0;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
