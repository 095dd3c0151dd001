import {
  ConfigMap,
  Deployment,
  Pod,
  Service,
  resourceType,
  type InformerEvent,
  type KubernetesObject,
  type ObjectKey,
} from '@greenroom/controller-runtime';
import {
  Agent,
  AgentTemplate,
  GreenroomConfig,
  labels,
  Message,
  Model,
  Policy,
  Session,
  Tool,
} from '@greenroom/kinds';
import { indexes } from '../../cluster/ClusterView';
import type { SidecarLink } from '../../ingest/SidecarLink';
import { managedSelector } from '../../objects/OwnedObjects';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';
import { AgentReconciler } from './AgentReconciler';
import { AgentRepositories } from './AgentRepositories';

/** Counts in an Agent's status may lag so much behind: one write sums up a burst of Tasks. */
const countsDelayMs = 1_000;

/**
 * Adds the controller of Agents.
 *
 * @returns what is to be called when the numbers of an agent's Tasks change
 */
export function registerAgents(
  services: ControllerServices,
): (agent: string) => void {
  const { manager, view, links } = services;
  const repositories = new AgentRepositories(services, agent =>
    // eslint-disable-next-line @typescript-eslint/no-use-before-define -- called only when the controller is there
    controller.queue.add(agent),
  );
  const controller = manager.controller({
    name: 'agent',
    reconciler: new AgentReconciler(services, repositories),
    workers: 4,
  });
  manager.add({
    name: 'repositories of agents',
    start: () => {},
    stop: () => repositories.stop(),
  });
  const all = (namespace?: string) =>
    view.agents.list(namespace).map(({ metadata }) => keyOf(metadata));
  const managed = { informer: { labelSelector: managedSelector } };

  controller
    .for(resourceType<Agent>(Agent), { predicate: isSpecChange })
    .owns(Deployment, managed)
    .owns(Service, { ...managed, predicate: isSpecChange })
    .watches(
      Pod,
      ({ metadata }) =>
        agentKey(metadata.namespace, metadata.labels?.[labels.agent]),
      managed,
    )
    .watches(
      resourceType<AgentTemplate>(AgentTemplate),
      ({ metadata }) =>
        view.agents
          .byIndex(indexes.byTemplate, `${metadata.namespace}/${metadata.name}`)
          .map(each => keyOf(each.metadata)),
      { predicate: isSpecChange },
    )
    .watches(resourceType<GreenroomConfig>(GreenroomConfig), () => all(), {
      predicate: isSpecChange,
    })
    .watches(
      resourceType<Policy>(Policy),
      ({ metadata }) => all(metadata.namespace),
      { predicate: isSpecChange },
    )
    .watches(resourceType<Model>(Model), ({ metadata }) =>
      all(metadata.namespace),
    )
    .watches(resourceType<Tool>(Tool), ({ metadata }) =>
      usersOf(services, metadata),
    )
    .watches(
      resourceType<Message>(Message),
      ({ metadata, spec }) => agentKey(metadata.namespace, spec.agentRef?.name),
      {
        predicate: isPhaseChange,
      },
    )
    .watches(
      resourceType<Session>(Session),
      ({ metadata, spec }) => agentKey(metadata.namespace, spec.agentRef?.name),
      {
        predicate: isPhaseChange,
      },
    )
    .watches(ConfigMap, ({ metadata }) => readersOf(services, metadata), {
      predicate: isForeign,
    });

  const enqueueLink = ({ pod }: SidecarLink) => {
    for (const key of agentKey(pod.namespace, pod.labels[labels.agent]))
      controller.enqueue(key, { priority: 1 });
  };
  for (const event of [
    'connected',
    'disconnected',
    'runtime',
    'tools',
    'repositories',
  ] as const)
    links.on(event, enqueueLink);

  return agent => {
    const slash = agent.indexOf('/');
    const key = {
      namespace: agent.slice(0, slash),
      name: agent.slice(slash + 1),
    };
    const status = view.agents.get(key)?.status;
    // Work for an agent on standby wakes it at once; anything else is only counted.
    if (status?.suspendedBy === 'Standby')
      controller.enqueue(key, { priority: 1 });
    else controller.queue.addAfter(agent, countsDelayMs);
  };
}

function usersOf(
  { view }: ControllerServices,
  { namespace, name }: KubernetesObject['metadata'],
): ObjectKey[] {
  return view.agents
    .list(namespace)
    .filter(agent => {
      const resolution = view.resolve(agent);
      return (
        'resolved' in resolution &&
        resolution.resolved.tools.some(({ ref }) => ref === name)
      );
    })
    .map(({ metadata }) => keyOf(metadata));
}

/** Agents whose contexts, goal or certificates are in this ConfigMap. */
function readersOf(
  { view }: ControllerServices,
  { namespace, name }: KubernetesObject['metadata'],
): ObjectKey[] {
  return view.agents
    .list(namespace)
    .filter(agent => {
      const resolution = view.resolve(agent);
      if (!('resolved' in resolution)) return false;
      const { contexts, goal } = resolution.resolved;
      return (
        goal?.configMapKeyRef?.name === name ||
        contexts.some(({ configMap }) => configMap?.name === name)
      );
    })
    .map(({ metadata }) => keyOf(metadata));
}

/** What keeps an agent awake came, went, or came to an end. */
function isPhaseChange(
  event: InformerEvent<Message> | InformerEvent<Session>,
): boolean {
  return (
    event.type !== 'updated' ||
    event.object.status?.phase !== event.old.status?.phase
  );
}

/** The operator's own ConfigMaps hold what it made of others. */
function isForeign({ object }: InformerEvent<ConfigMap>): boolean {
  return object.metadata.labels?.[labels.managedBy] !== 'greenroom';
}

function agentKey(
  namespace: string | undefined,
  agent: string | undefined,
): ObjectKey[] {
  return namespace && agent ? [{ namespace, name: agent }] : [];
}

function keyOf({
  namespace,
  name,
}: {
  namespace?: string;
  name?: string;
}): ObjectKey {
  return { namespace, name: name ?? '' };
}
