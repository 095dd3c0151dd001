import type { z } from 'zod';

/**
 * Who may bring an event of a type into a session.
 * - `agent`: anything in the agent's container, by `POST /v1/events`;
 * - `runtime`: also only the runtime, on its own stream;
 * - `greenroom`: only the sidecar, the operator and the portal.
 */
export type Emitter = 'agent' | 'runtime' | 'greenroom';

/** One type of event: its payload, who may emit it, and one example. */
export interface EventDefinition<
  Type extends string = string,
  Payload extends z.ZodType = z.ZodType,
> {
  type: Type;
  /** One sentence for the table of events. */
  description: string;
  emitter: Emitter;
  payload: Payload;
  example: z.input<Payload>;
}

/** Defines a type of event once; types, checks, documentation and examples come from it. */
export function defineEvent<Type extends string, Payload extends z.ZodType>(
  definition: EventDefinition<Type, Payload>,
): EventDefinition<Type, Payload> {
  return definition;
}
