import { z } from 'zod';

/** What a stream carries. */
export const StreamKind = z.enum([
  'state',
  'events',
  'shell',
  'logs',
  'http',
  'record',
  'probe',
]);
export type StreamKind = z.infer<typeof StreamKind>;

/** Which end of the tunnel. The operator dialled. */
export type TunnelSide = 'operator' | 'portal';

/** Control messages and credits go before everything. */
export const CONTROL_PRIORITY = 0;

const priorities: Record<StreamKind, Record<TunnelSide, number>> = {
  // Input outranks output, so Ctrl-C acts during a flood.
  shell: { portal: 1, operator: 3 },
  events: { portal: 2, operator: 2 },
  // Measures what events would meet.
  probe: { portal: 2, operator: 2 },
  state: { portal: 4, operator: 4 },
  http: { portal: 4, operator: 4 },
  logs: { portal: 5, operator: 5 },
  record: { portal: 5, operator: 5 },
};

/** The class in which a side sends a stream's data; lower goes first. */
export function streamPriority(kind: StreamKind, sender: TunnelSide): number {
  return priorities[kind][sender];
}
