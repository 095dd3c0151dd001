import { finalizers, type AgentTemplate } from '@greenroom/kinds';
import type { ConditionClaim } from '../../status/claimConditions';

/** Everything that decides what happens to an AgentTemplate. */
export interface AgentTemplateSnapshot {
  readonly template: AgentTemplate;
  /** Agents, and unfinished Tasks and Sessions, as `kind/name`. */
  readonly users: readonly string[];
  /** What it names and is not there, each as a sentence with its reason. */
  readonly missing: readonly {
    readonly reason: string;
    readonly message: string;
  }[];
}

/** What an AgentTemplate's finalizer and status come to. */
export interface AgentTemplateDecision {
  readonly finalizer: 'add' | 'remove' | 'keep';
  readonly claims: readonly ConditionClaim[];
}

/** The judgement over one AgentTemplate: one that is in use can be deleted only after its users. */
export function decideAgentTemplate({
  template,
  users,
  missing,
}: AgentTemplateSnapshot): AgentTemplateDecision {
  const has =
    template.metadata.finalizers?.includes(finalizers.templateInUse) ?? false;
  const isGoing = template.metadata.deletionTimestamp !== undefined;
  const isUsed = users.length > 0;
  const [first] = missing;
  return {
    finalizer: wantedFinalizer(isUsed, has, isGoing),
    claims: [
      first
        ? {
            type: 'Ready',
            status: 'False',
            reason: first.reason,
            message: missing.map(({ message }) => message).join(' '),
          }
        : {
            type: 'Ready',
            status: 'True',
            reason: 'Valid',
            message: 'Everything it names is there.',
          },
      inUse(users, isGoing),
    ],
  };
}

function wantedFinalizer(
  isUsed: boolean,
  has: boolean,
  isGoing: boolean,
): AgentTemplateDecision['finalizer'] {
  if (isUsed) return has || isGoing ? 'keep' : 'add';
  return has ? 'remove' : 'keep';
}

function inUse(users: readonly string[], isGoing: boolean): ConditionClaim {
  if (users.length === 0)
    return {
      type: 'InUse',
      status: 'False',
      reason: 'Unused',
      message: 'Nothing uses it.',
    };
  const named =
    users.slice(0, 10).join(', ') +
    (users.length > 10 ? ` and ${users.length - 10} more` : '');
  return isGoing
    ? {
        type: 'InUse',
        status: 'True',
        reason: 'DeletionBlocked',
        message: `It is deleted when nothing uses it any more. It is used by ${named}.`,
      }
    : {
        type: 'InUse',
        status: 'True',
        reason: 'Used',
        message: `It is used by ${named}.`,
      };
}
