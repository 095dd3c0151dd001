import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Direction, FaultPlan } from './FaultPlan';

/** One direction of a proxied connection. */
export class FaultyPipe {
  /** Bytes that passed since the plan was made. */
  private passed = 0;
  private lost = 0;
  private delivered: Promise<void> = Promise.resolve();

  constructor(
    from: Socket,
    private readonly to: Socket,
    private readonly direction: Direction,
    private plan: FaultPlan,
    private readonly cut: () => void,
    private readonly onSwallow: (bytes: number) => void,
  ) {
    from.on('data', chunk => {
      // One chunk at a time, so that delays keep the order and a slow reader is felt by the sender.
      from.pause();
      this.delivered = this.delivered
        .then(() => this.pass(chunk))
        .finally(() => from.resume());
    });
    from.on('end', () => {
      this.delivered = this.delivered.then(() => this.passEnd());
    });
  }

  follow(plan: FaultPlan): void {
    this.plan = plan;
    this.passed = 0;
    this.lost = 0;
  }

  private get isSwallowing(): boolean {
    const { swallow } = this.plan;
    return swallow === 'both' || swallow === this.direction;
  }

  private async pass(chunk: Buffer): Promise<void> {
    if (this.plan.delayMs) await wait(this.plan.delayMs);
    if (this.to.destroyed) return;
    if (this.isSwallowing) {
      this.onSwallow(chunk.length);
      return;
    }
    const kept = this.withoutLost(chunk);
    const limit = this.plan.cutAfter?.[this.direction] ?? Infinity;
    const part = kept.subarray(0, Math.max(0, limit - this.passed));
    this.passed += part.length;
    if (part.length) await this.write(part);
    if (part.length < kept.length || this.passed >= limit) this.cut();
  }

  private passEnd(): void {
    if (!this.isSwallowing) this.to.end();
  }

  private withoutLost(chunk: Buffer): Buffer {
    const toLose = this.plan.lose?.[this.direction] ?? 0;
    const lost = Math.min(chunk.length, toLose - this.lost);
    this.lost += lost;
    return chunk.subarray(lost);
  }

  private async write(bytes: Buffer): Promise<void> {
    await new Promise<void>(resolve => {
      // An error closes the connection, which its owner sees; here it only means that nothing is left to wait for.
      this.to.write(bytes, () => resolve());
    });
  }
}
