import { z } from 'zod';

/** Towards the server, or back to the client. */
export const Direction = z.enum(['up', 'down']);
export type Direction = z.infer<typeof Direction>;

const BytesByDirection = z.strictObject({
  up: z.int().min(0).optional(),
  down: z.int().min(0).optional(),
});

/** What a network does wrong. An empty plan is a good network. */
export const FaultPlan = z.strictObject({
  /** Before each chunk is passed on; order is kept. */
  delayMs: z.int().min(0).optional(),
  /** Takes bytes and never delivers them, while the connection stays open: a half-open peer. */
  swallow: z.enum(['up', 'down', 'both']).optional(),
  /** Cuts each connection once so many more bytes have passed: in the middle of a frame, where one lies there. */
  cutAfter: BytesByDirection.optional(),
  /** Loses so many bytes of each connection, and goes on with those behind them. */
  lose: BytesByDirection.optional(),
  /** New connections are accepted and reset at once. */
  refuse: z.boolean().optional(),
});
export type FaultPlan = z.infer<typeof FaultPlan>;
