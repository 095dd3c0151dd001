import { allKinds } from '../allKinds';
import type { ReasonEntry } from './Condition';

/** One reason of one condition of one kind. */
export interface ConditionReason extends ReasonEntry {
  kind: string;
  type: string;
  reason: string;
}

/** Every reason of every condition of every kind: the closed list that documents and tests go by. */
export const conditionReasons: readonly ConditionReason[] = allKinds.flatMap(
  ({ kind, conditions }) =>
    Object.entries(conditions).flatMap(([type, { reasons }]) =>
      Object.entries(reasons).map(([reason, entry]) => ({
        kind,
        type,
        reason,
        ...entry,
      })),
    ),
);
