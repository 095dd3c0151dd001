import type { Condition } from '@greenroom/kinds';

/** What a reconciler says of one condition; the times are worked out from the one before. */
export type ConditionClaim = Pick<
  Condition,
  'type' | 'status' | 'reason' | 'message'
>;

/** Longest message of a condition, in characters; the bound of `metav1.Condition`. */
const maxMessageLength = 32_768;

/**
 * The conditions after the claims: sorted by type, `lastTransitionTime` kept where the status did not change,
 * conditions nobody claims any more left out.
 *
 * @remarks
 * Equal claims give an equal result, so a reconciler that compares before it writes stays silent.
 */
export function claimConditions(
  before: readonly Condition[] | undefined,
  claims: readonly ConditionClaim[],
  observedGeneration: number | undefined,
  now: Date,
): Condition[] {
  const known = new Map(
    (before ?? []).map(condition => [condition.type, condition]),
  );
  return claims
    .map(claim => {
      const previous = known.get(claim.type);
      return {
        ...claim,
        message: claim.message.slice(0, maxMessageLength),
        lastTransitionTime:
          previous?.status === claim.status
            ? previous.lastTransitionTime
            : toKubernetesTime(now),
        ...(observedGeneration === undefined ? {} : { observedGeneration }),
      };
    })
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}

/** RFC 3339 with the one-second precision of `metav1.Time`. */
export function toKubernetesTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
