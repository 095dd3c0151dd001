import { randomUUID } from 'node:crypto';
import type { ModelPart } from '../model/ModelClient';
import type { Turn } from '../turns/Turn';

/** Turns what a model says into events: deltas at once, and each whole block under the id that its deltas named. */
export class BlockEvents {
  private readonly blocks = new Map<
    string,
    { eventId: string; text: string }
  >();

  constructor(private readonly turn: Turn) {}

  accept(part: ModelPart): void {
    const block = this.blocks.get(part.block) ?? {
      eventId: randomUUID(),
      text: '',
    };
    this.blocks.set(part.block, block);
    if (part.kind === 'delta' && part.text) {
      block.text += part.text;
      this.turn.emit(`delta.${part.of}`, {
        event_id: block.eventId,
        text: part.text,
      });
    }
    if (part.kind === 'end') {
      this.blocks.delete(part.block);
      if (block.text) {
        this.turn.emit(`agent.${part.of}`, { text: block.text }, block.eventId);
      }
    }
  }
}
