import type { FieldProblem } from '../check/FieldProblem';
import type { Condition, ConditionCatalogue } from './Condition';

/**
 * Holds the conditions of a status to the closed list of their kind: a type, reason or status that is not in it is a
 * problem. For tests of whoever writes statuses.
 */
export function checkConditions(
  { conditions: catalogue }: { conditions: ConditionCatalogue },
  conditions: readonly Pick<Condition, 'type' | 'status' | 'reason'>[],
): FieldProblem[] {
  return conditions.flatMap(({ type, status, reason }, index) => {
    const path = `status.conditions[${index}]`;
    const known = catalogue[type];
    if (!known)
      return [
        {
          path: `${path}.type`,
          message: `"${type}" is not a condition of this kind.`,
        },
      ];
    const entry = known.reasons[reason];
    if (!entry)
      return [
        {
          path: `${path}.reason`,
          message: `"${reason}" is not a reason of ${type}.`,
        },
      ];
    if (entry.status === status) return [];
    return [
      {
        path: `${path}.status`,
        message: `${type} with reason ${reason} is ${entry.status}, not ${status}.`,
      },
    ];
  });
}
