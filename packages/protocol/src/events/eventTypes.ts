import type { z } from 'zod';
import { agentEvents } from './agentEvents';
import { approvalEvents } from './approvalEvents';
import { budgetEvents } from './budgetEvents';
import type { Emitter, EventDefinition } from './defineEvent';
import { policyEvents } from './policyEvents';
import { requestEvents } from './requestEvents';
import { sessionEvents } from './sessionEvents';
import { shellEvents } from './shellEvents';
import { systemEvents } from './systemEvents';
import { taskEvents } from './taskEvents';
import { turnEvents } from './turnEvents';
import { userEvents } from './userEvents';

/** Every durable type of event, in the order of the documentation. */
export const eventDefinitions = [
  ...sessionEvents,
  ...userEvents,
  ...agentEvents,
  ...requestEvents,
  ...approvalEvents,
  ...policyEvents,
  ...budgetEvents,
  ...taskEvents,
  ...turnEvents,
  ...shellEvents,
  ...systemEvents,
] as const;

type Definition = (typeof eventDefinitions)[number];

/** The name of a durable type of event. */
export type EventType = Definition['type'];

/** The payload of each durable type of event. */
export type EventPayloads = {
  [Each in Definition as Each['type']]: z.output<Each['payload']>;
};

const byType = new Map<string, EventDefinition>(
  eventDefinitions.map(definition => [definition.type, definition]),
);

/** The definition of a durable type, or nothing for a type that Greenroom does not know. */
export function eventDefinition(type: string): EventDefinition | undefined {
  return byType.get(type);
}

/** Whether a word is a durable type of event. */
export function isEventType(type: string): type is EventType {
  return byType.has(type);
}

/** Whether `emitter` may bring in events of this type. What an agent may emit, its runtime may emit, too. */
export function mayEmit(emitter: Emitter, type: EventType): boolean {
  const allowed = byType.get(type)!.emitter;
  if (emitter === 'greenroom') return true;
  return allowed === 'agent' || allowed === emitter;
}
