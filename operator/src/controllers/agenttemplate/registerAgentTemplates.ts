import {
  ApiError,
  done,
  resourceType,
  type ObjectKey,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import {
  Agent,
  AgentTemplate,
  finalizers,
  Model,
  Session,
  Task,
  Tool,
} from '@greenroom/kinds';
import { indexes } from '../../cluster/ClusterView';
import { claimConditions } from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';
import { hasEnded } from '../session/decideSession';
import { isFinished } from '../task/decideTask';
import {
  decideAgentTemplate,
  type AgentTemplateSnapshot,
} from './decideAgentTemplate';

/** Adds the controller of AgentTemplates. */
export function registerAgentTemplates(services: ControllerServices): void {
  const { manager, view } = services;
  const template = ({ metadata, spec }: Agent | Task | Session): ObjectKey[] =>
    spec.templateRef
      ? [{ namespace: metadata.namespace, name: spec.templateRef.name }]
      : [];
  const all = ({ metadata }: Model | Tool) =>
    view.templates.list(metadata.namespace).map(each => each.metadata);
  manager
    .controller({
      name: 'agenttemplate',
      workers: 2,
      reconciler: { reconcile: key => reconcileTemplate(services, key) },
    })
    .for(resourceType<AgentTemplate>(AgentTemplate), {
      predicate: isSpecChange,
    })
    .watches(resourceType<Agent>(Agent), template, { predicate: isSpecChange })
    .watches(resourceType<Task>(Task), template, {
      predicate: event =>
        event.type !== 'updated' ||
        isFinished(event.object) !== isFinished(event.old),
    })
    .watches(resourceType<Session>(Session), template, {
      predicate: event =>
        event.type !== 'updated' ||
        hasEnded(event.object) !== hasEnded(event.old),
    })
    .watches(resourceType<Model>(Model), all, {
      predicate: event => event.type !== 'updated',
    })
    .watches(resourceType<Tool>(Tool), all, {
      predicate: event => event.type !== 'updated',
    });
}

async function reconcileTemplate(
  services: ControllerServices,
  { namespace = '', name }: ObjectKey,
): Promise<ReconcileResult> {
  const { view, statuses, client, now } = services;
  const template = view.templates.get({ namespace, name });
  if (!template) return done;
  const users = usersOf(services, namespace, name);
  const { finalizer, claims } = decideAgentTemplate({
    template,
    users,
    missing: missingOf(services, template),
  });
  await statuses.write(AgentTemplate, template, {
    observedGeneration: template.metadata.generation,
    users: users.length,
    ...(users.length > 0 ? { usedBy: users.slice(0, 32) } : {}),
    conditions: claimConditions(
      template.status?.conditions,
      claims,
      template.metadata.generation,
      now(),
    ),
  });
  if (finalizer === 'keep') return done;
  const others = (template.metadata.finalizers ?? []).filter(
    each => each !== finalizers.templateInUse,
  );
  const wanted =
    finalizer === 'add' ? [...others, finalizers.templateInUse] : others;
  const { resourceVersion } =
    view.templates.get({ namespace, name })?.metadata ?? template.metadata;
  try {
    // With the version that was judged: between judging and writing nobody may begin to use it unseen.
    const written = await client.patch(
      resourceType<AgentTemplate>(AgentTemplate),
      { namespace, name },
      'merge',
      {
        metadata: { finalizers: wanted, resourceVersion },
      },
    );
    view.templates.observe(written);
  } catch (error) {
    if (ApiError.isConflict(error)) return { requeueAfter: 50 };
    if (!ApiError.isNotFound(error)) throw error;
  }
  return done;
}

function usersOf(
  { view }: ControllerServices,
  namespace: string,
  name: string,
): string[] {
  const key = `${namespace}/${name}`;
  return [
    ...view.agents
      .byIndex(indexes.byTemplate, key)
      .map(({ metadata }) => `Agent/${metadata.name}`),
    ...view.tasks
      .byIndex(indexes.byTemplate, key)
      .filter(task => !isFinished(task))
      .map(({ metadata }) => `Task/${metadata.name}`),
    ...view.sessions
      .byIndex(indexes.byTemplate, key)
      .filter(each => !hasEnded(each))
      .map(({ metadata }) => `Session/${metadata.name}`),
  ].sort();
}

function missingOf(
  { view, configMaps }: ControllerServices,
  { metadata, spec }: AgentTemplate,
): AgentTemplateSnapshot['missing'] {
  const { namespace } = metadata;
  const model = spec.model?.ref;
  const maps = (spec.contexts ?? []).flatMap(({ configMap }) =>
    configMap && !configMap.optional ? configMap.name : [],
  );
  const goal = spec.goal?.configMapKeyRef?.name;
  const absent = (kind: string, name: string) =>
    `${kind} "${name}" does not exist in namespace "${namespace}". Create it, or correct the name.`;
  return [
    ...(model && !view.models.get({ namespace, name: model })
      ? [{ reason: 'ModelNotFound', message: absent('Model', model) }]
      : []),
    ...[...maps, ...(goal ? [goal] : [])]
      .filter(name => !configMaps.informer.get({ namespace, name }))
      .map(name => ({
        reason: 'ConfigMapNotFound',
        message: absent('ConfigMap', name),
      })),
    ...(spec.tools ?? [])
      .filter(({ ref }) => !view.tools.get({ namespace, name: ref }))
      .map(({ ref }) => ({
        reason: 'ToolNotFound',
        message: absent('Tool', ref),
      })),
  ];
}
