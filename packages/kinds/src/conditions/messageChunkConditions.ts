import type { ConditionCatalogue } from './Condition';

/** A MessageChunk has no conditions: it is written once and never changes. */
export const messageChunkConditions = {} satisfies ConditionCatalogue;
