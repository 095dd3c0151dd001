import type { NetworkPolicy } from '@greenroom/controller-runtime';
import type { AgentPodPlan } from './AgentPodPlan';
import { ownedMetadata, type Owner } from './ownedObject';
import { ingestPort } from './Platform';
import { agentLabels, agentSelector } from './podMetadata';

type EgressRule = NonNullable<
  NonNullable<NetworkPolicy['spec']>['egress']
>[number];
type Peer = NonNullable<EgressRule['to']>[number];

/**
 * What an agent's pod may reach: names, the operator, and whatever else the agent needs.
 *
 * @remarks
 * Kubernetes' policies know addresses, not host names: as soon as the agent reaches any host outside (a model, a remote tool, a
 * repository, an allowed host), the network must let the pod out, and the sidecar is what judges each host. Cloud metadata
 * services stay closed always: they give out credentials of the node.
 */
export function agentNetworkPolicy(
  plan: AgentPodPlan,
  owner: Owner,
): NetworkPolicy {
  const { agent, platform } = plan;
  return {
    metadata: ownedMetadata(owner, {
      name: plan.name,
      namespace: agent.namespace,
      labels: agentLabels(plan),
    }),
    spec: {
      podSelector: { matchLabels: selector(plan) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [
        {
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
        {
          to: [operatorPeer(platform.operatorNamespace)],
          ports: [{ port: ingestPort, protocol: 'TCP' }],
        },
        ...(reachesOut(plan) ? [anywhereButMetadata()] : []),
      ],
    },
  };
}

/** Whether the pod needs more of the network than the operator. */
export function reachesOut({ agent, contexts, models }: AgentPodPlan): boolean {
  return (
    models.length > 0 ||
    agent.tools.length > 0 ||
    agent.egress.allow.length > 0 ||
    agent.credentials.some(({ hosts }) => hosts?.length) ||
    agent.rbac.rules.length > 0 ||
    contexts.fetches.length > 0 ||
    contexts.checkouts.some(({ repository }) => !repository.startsWith('file:'))
  );
}

function selector(plan: AgentPodPlan): Record<string, string> {
  return plan.purpose.kind === 'agent'
    ? agentSelector(plan)
    : {
        ...agentSelector(plan),
        'app.kubernetes.io/component': plan.purpose.owner.kind.toLowerCase(),
      };
}

function operatorPeer(namespace: string): Peer {
  return {
    namespaceSelector: {
      matchLabels: { 'kubernetes.io/metadata.name': namespace },
    },
    podSelector: {
      matchLabels: { 'app.kubernetes.io/name': 'greenroom-operator' },
    },
  };
}

function anywhereButMetadata(): EgressRule {
  return {
    to: [
      // 169.254.0.0/16 and fd00:ec2::254 are where cloud providers serve a node's metadata.
      { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
      { ipBlock: { cidr: '::/0', except: ['fd00:ec2::254/128', 'fe80::/10'] } },
    ],
  };
}
