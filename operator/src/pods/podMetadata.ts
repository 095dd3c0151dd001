import { annotations, labels, managedByGreenroom } from '@greenroom/kinds';
import { createHash } from 'node:crypto';
import type { AgentPodPlan } from './AgentPodPlan';
import { contextsJson } from './contextsConfigMap';

/** Labels of everything that is made for an agent. */
export function agentLabels(plan: AgentPodPlan): Record<string, string> {
  const { agent, purpose } = plan;
  return {
    ...(agent.kind === 'Agent' ? { [labels.agent]: agent.name } : {}),
    ...(agent.template ? { [labels.template]: agent.template } : {}),
    ...(purpose.kind === 'session' ? ownerLabel(purpose.owner) : {}),
    [labels.name]: 'greenroom-agent',
    [labels.instance]: plan.name,
    [labels.component]:
      purpose.kind === 'agent' ? 'agent' : purpose.owner.kind.toLowerCase(),
    [labels.managedBy]: managedByGreenroom,
    [labels.backstageId]: backstageId(agent.namespace, agent.name),
  };
}

/**
 * The label by which Backstage's Kubernetes plugin finds an agent's objects.
 *
 * @remarks
 * A label value has at most 63 characters; a longer one ends in a digest, so that it stays one agent's own.
 */
export function backstageId(namespace: string, name: string): string {
  return labelValue(`${namespace}.${name}`);
}

/** Text as the value of a label: cut to 63 characters if need be, with a digest that keeps it unique. */
export function labelValue(text: string): string {
  if (text.length <= 63) return text;
  return `${text.slice(0, 52)}-${shortDigest(text)}`;
}

/** Ten hex digits of the text's SHA-256: enough to tell the names of one namespace apart. */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}

/** What selects the pods of an agent's Deployment; a Deployment's selector can never change. */
export function agentSelector(plan: AgentPodPlan): Record<string, string> {
  return {
    [labels.instance]: plan.name,
    [labels.component]: 'agent',
    [labels.managedBy]: managedByGreenroom,
  };
}

/** Metadata of the pod itself: people's labels and annotations, overlaid with Greenroom's own. */
export function podMetadata(plan: AgentPodPlan): {
  labels: Record<string, string>;
  annotations: Record<string, string>;
} {
  const { agent, purpose } = plan;
  return {
    labels: sorted({
      ...agent.podSpec.labels,
      ...agentLabels(plan),
      ...(purpose.kind === 'session'
        ? { [labels.session]: purpose.sessionId }
        : {}),
    }),
    annotations: sorted({
      ...agent.podSpec.annotations,
      ...(agent.owner ? { [annotations.owner]: agent.owner } : {}),
      ...commitAnnotations(plan),
      'kubectl.kubernetes.io/default-container': 'agent',
      // The files themselves are in a ConfigMap, which a running pod would not read again.
      [annotations.inputDigest]: createHash('sha256')
        .update(contextsJson(plan))
        .digest('hex'),
    }),
  };
}

/** A new commit of a repository that is followed by rollout is a new pod. */
function commitAnnotations({
  commits = {},
}: AgentPodPlan): Record<string, string> {
  return Object.fromEntries(
    Object.entries(commits).map(([context, commit]) => [
      `git.greenroom.dev/${context}`,
      commit,
    ]),
  );
}

function ownerLabel(owner: {
  kind: 'Task' | 'Session';
  name: string;
}): Record<string, string> {
  return owner.kind === 'Task' ? { [labels.task]: labelValue(owner.name) } : {};
}

/** The same entries in the order of their keys. */
export function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
