import {
  done,
  resourceType,
  type ObjectKey,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { Agent, Policy } from '@greenroom/kinds';
import { celProblem } from '../../admission/celProblem';
import { regexProblem } from '../../admission/regexProblem';
import { policyDigest, selects } from '../../settings/effectivePolicies';
import {
  claimConditions,
  type ConditionClaim,
} from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';

/** Adds the controller of Policies. What they say reaches sidecars in their agents' settings. */
export function registerPolicies(services: ControllerServices): void {
  const { manager, view } = services;
  manager
    .controller({
      name: 'policy',
      workers: 2,
      reconciler: { reconcile: key => reconcilePolicy(services, key) },
    })
    .for(resourceType<Policy>(Policy), { predicate: isSpecChange })
    .watches(
      resourceType<Agent>(Agent),
      ({ metadata }) =>
        view.policies.list(metadata.namespace).map(each => each.metadata),
      {
        predicate: event =>
          event.type !== 'updated' ||
          JSON.stringify(event.object.metadata.labels) !==
            JSON.stringify(event.old.metadata.labels),
      },
    );
}

async function reconcilePolicy(
  services: ControllerServices,
  { namespace = '', name }: ObjectKey,
): Promise<ReconcileResult> {
  const { view, statuses, now } = services;
  const policy = view.policies.get({ namespace, name });
  if (!policy || policy.metadata.deletionTimestamp) return done;
  const agents = view.agents
    .list(namespace)
    .filter(({ metadata }) =>
      selects(policy.spec.selector, metadata.labels ?? {}),
    );
  const claim = readyClaim(problemsOf(policy), agents.length);
  await statuses.write(Policy, policy, {
    observedGeneration: policy.metadata.generation,
    digest: policyDigest(policy),
    agents: agents.length,
    conditions: claimConditions(
      policy.status?.conditions,
      [claim],
      policy.metadata.generation,
      now(),
    ),
  });
  return done;
}

/** Admission refuses what does not compile; this is for Policies that were there before it was. */
function problemsOf({ spec }: Policy): string[] {
  return spec.rules.flatMap(({ name, match }) =>
    [
      ...(match?.patterns ?? []).map(regexProblem),
      ...(match?.when ? [celProblem(match.when)] : []),
    ].flatMap(problem =>
      problem === undefined ? [] : [`Rule "${name}": ${problem}`],
    ),
  );
}

function readyClaim(
  problems: readonly string[],
  agents: number,
): ConditionClaim {
  if (problems.length > 0) {
    return {
      type: 'Ready',
      status: 'False',
      reason: 'Invalid',
      message: `${problems.join(
        ' ',
      )} Every request that the policy is about is denied until it is corrected.`,
    };
  }
  return agents > 0
    ? {
        type: 'Ready',
        status: 'True',
        reason: 'InForce',
        message: `It applies to ${agents} ${
          agents === 1 ? 'agent' : 'agents'
        }.`,
      }
    : {
        type: 'Ready',
        status: 'True',
        reason: 'NoAgents',
        message: 'It applies to no agent.',
      };
}
