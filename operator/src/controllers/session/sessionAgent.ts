import type { ResolvedAgent } from '@greenroom/kinds';
import type { ControllerServices } from '../ControllerServices';

/** Whether a live agent takes conversations now, and why not. */
export type AgentAvailability =
  | { readonly state: 'Ready' }
  | {
      readonly state: 'Suspended' | 'NotReady' | 'BudgetExhausted';
      readonly message: string;
    };

/** Judges a live agent by its manifest, its last known condition, and whether its sidecar is connected. */
export function availabilityOf(
  { view, pods }: Pick<ControllerServices, 'view' | 'pods'>,
  { namespace, name, suspend }: ResolvedAgent,
): AgentAvailability {
  const { status } = view.agents.get({ namespace, name }) ?? {};
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (suspend) {
    return {
      state: 'Suspended',
      message: `Agent "${name}" is suspended. Resume it with: kubectl patch agent ${name} -n ${namespace} --type=merge -p '{"spec":{"suspend":false}}'`,
    };
  }
  const budget = status?.conditions?.find(
    ({ type }) => type === 'BudgetAvailable',
  );
  if (budget?.status === 'False')
    return { state: 'BudgetExhausted', message: budget.message };
  const link = pods.link(namespace, name);
  if (link?.runtime.state === 'ready' && (status?.ready || !ready))
    return { state: 'Ready' };
  if (status?.suspendedBy === 'Standby') {
    return {
      state: 'Suspended',
      message: `Agent "${name}" is on standby and is being woken.`,
    };
  }
  return {
    state: 'NotReady',
    message: `Agent "${name}" is not ready: ${
      ready?.message ?? 'it is being made.'
    }`,
  };
}
