import {
  ConfigMap,
  Job,
  Pod,
  resourceType,
  type ObjectKey,
} from '@greenroom/controller-runtime';
import { Agent, AgentTemplate, labels, Task } from '@greenroom/kinds';
import type { SessionState } from '@greenroom/protocol';
import { indexes } from '../../cluster/ClusterView';
import { managedSelector } from '../../objects/OwnedObjects';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';
import { isFinished } from './decideTask';
import { surplusTasks } from './decideRetention';
import { TaskDispatcher } from './TaskDispatcher';
import { TaskJobs } from './TaskJobs';
import { TaskReconciler } from './TaskReconciler';

/** Work that has begun goes before work that waits: a slot that is not given back holds up all others. */
const priorities = { ended: 3, working: 2, freed: 1 } as const;

/**
 * Adds the controller of Tasks.
 *
 * @returns what is to be called when a slot may be free for a Task
 */
export function registerTasks(
  services: ControllerServices,
): (task: { namespace: string; name: string }) => void {
  const { manager, view, links, board, client, log } = services;
  const jobs = new TaskJobs(services);
  const wake = (task: Task) =>
    // eslint-disable-next-line @typescript-eslint/no-use-before-define -- called only when the controller is there
    controller.enqueue(keyOf(task), { priority: priorities.working });
  const dispatcher = new TaskDispatcher(services, wake);
  const controller = manager.controller({
    name: 'task',
    reconciler: new TaskReconciler(services, dispatcher, jobs),
    workers: 8,
  });
  const managed = { informer: { labelSelector: managedSelector } };
  const unfinished = (tasks: Task[]) =>
    tasks.filter(task => !isFinished(task)).map(keyOf);

  // Before the controller's own handler: a Task has its place before it is looked at.
  // Before any handler: a cache that is filled tells of its objects at once.
  const removing = new Set<string>();
  view.tasks.addHandler(event => {
    board.observe(event);
    if (event.type === 'deleted') dispatcher.forget(event.object);
    else if (isFinished(event.object))
      removeSurplus(event.object.metadata.namespace);
  });
  controller
    .for(resourceType<Task>(Task), { predicate: isSpecChange })
    .owns(Job, managed)
    .watches(
      Pod,
      pod => {
        const { namespace, name } = pod.metadata;
        const task = pod.metadata.labels?.[labels.task];
        const agent = pod.metadata.labels?.[labels.agent];
        if (task) return [{ namespace, name: task }];
        // The Tasks that were handed to a pod care when it goes away, not for each of its probes.
        const isGoing =
          pod.metadata.deletionTimestamp !== undefined ||
          pod.status?.phase === 'Failed';
        if (
          !agent ||
          (!isGoing &&
            view.tasks.byIndex(indexes.byAgent, `${namespace}/${agent}`)
              .length === 0)
        )
          return [];
        return isGoing
          ? unfinished(handedTo(services, namespace, agent, name))
          : [];
      },
      managed,
    )
    .watches(
      resourceType<AgentTemplate>(AgentTemplate),
      ({ metadata }) =>
        unfinished(
          view.tasks.byIndex(
            indexes.byTemplate,
            `${metadata.namespace}/${metadata.name}`,
          ),
        ),
      { predicate: isSpecChange },
    )
    .watches(
      ConfigMap,
      ({ metadata }) =>
        unfinished(readersOf(services, metadata.namespace, metadata.name)),
      {
        predicate: ({ object }) =>
          object.metadata.labels?.[labels.managedBy] !== 'greenroom',
      },
    );

  services.pods.informer.addHandler(event => {
    if (event.type !== 'deleted') return;
    const { namespace, name } = event.object.metadata;
    const agent = event.object.metadata.labels?.[labels.agent];
    if (!agent) return;
    for (const key of unfinished(handedTo(services, namespace, agent, name)))
      controller.enqueue(key);
  });

  // What waiting Tasks say about their agent changes with it.
  view.agents.addHandler(event => {
    const { namespace, name } = event.object.metadata;
    const key = `${namespace}/${name}`;
    if (
      event.type === 'updated' &&
      summary(event.old) === summary(event.object)
    )
      return;
    board.wakeAll(key);
  });
  view.configs.addHandler(() => {
    for (const task of view.tasks.list())
      if (isFinished(task)) controller.enqueue(keyOf(task));
  });

  const seen = new Map<string, string>();
  links.on('session', sessionId => {
    const [task] = view.tasks.byIndex(indexes.bySessionId, sessionId);
    if (!task) return;
    const state = services.sessions.get(sessionId);
    const mark = state ? markOf(state) : '';
    if (seen.get(sessionId) === mark) return;
    if (isFinished(task)) {
      seen.delete(sessionId);
      return;
    }
    seen.set(sessionId, mark);
    controller.enqueue(keyOf(task), { priority: priorities.ended });
  });
  links.on('connected', ({ pod }) => {
    const agent = pod.labels[labels.agent];
    const tasks = agent
      ? view.tasks
          .byIndex(indexes.byAgent, `${pod.namespace}/${agent}`)
          .filter(task => task.status?.session)
      : view.tasks.byIndex(indexes.bySessionId, pod.sessionId ?? '');
    for (const key of unfinished(tasks))
      controller.enqueue(key, { priority: priorities.working });
  });
  // Tasks that ended or were deleted while their sidecar, or this operator, was away: their sessions end now.
  links.on('connected', link => {
    for (const sessionId of link.sessions) {
      const { task, phase } = services.sessions.get(sessionId) ?? {};
      if (
        !task ||
        !manager.leads ||
        ['Completed', 'Failed', 'Cancelled', 'Expired'].includes(phase ?? '')
      )
        continue;
      const known = view.tasks.get(task);
      const isThere = known?.metadata.uid === task.uid;
      if (isThere && !isFinished(known)) continue;
      if (!isThere) link.cancel(sessionId, 'Deleted');
      link
        .closeSession(
          sessionId,
          isThere ? known.status?.phase ?? 'Completed' : 'Deleted',
        )
        .catch(error =>
          log.debug({ err: error, sessionId }, 'a session was not closed'),
        );
    }
  });
  links.on('disconnected', ({ pod }) => {
    const agent = pod.labels[labels.agent];
    if (!agent) return;
    for (const key of unfinished(
      handedTo(services, pod.namespace, agent, pod.name),
    ))
      controller.enqueue(key);
  });

  function removeSurplus(namespace: string): void {
    if (
      removing.has(namespace) ||
      view.config?.spec.cleanup?.maxRetainedTasks === undefined
    )
      return;
    removing.add(namespace);
    setImmediate(() => {
      removing.delete(namespace);
      for (const task of surplusTasks(
        view.tasks.list(namespace).filter(isFinished),
        view.config,
      )) {
        client
          .delete(Task, keyOf(task), {
            preconditions: { uid: task.metadata.uid },
          })
          .catch(error =>
            log.debug(
              { err: error, task: task.metadata.name, namespace },
              'a finished task was not removed',
            ),
          );
      }
    });
  }

  return task => controller.enqueue(task, { priority: priorities.freed });
}

/** What of a session's state a Task's status tells; other events of it are none of the Task's business. */
function markOf({ turn, phase }: SessionState): string {
  const ended = ['Completed', 'Failed', 'Cancelled', 'Expired'].includes(phase);
  return `${turn?.id ?? ''}:${turn?.outcome ?? ''}:${ended ? phase : ''}`;
}

/** What of an Agent waiting Tasks depend on. */
function summary({ metadata, status }: Agent): string {
  const conditions = status?.conditions?.filter(
    ({ type }) => type === 'Ready' || type === 'BudgetAvailable',
  );
  return JSON.stringify([
    metadata.generation,
    status?.ready,
    status?.suspendedBy,
    conditions?.map(each => [each.reason, each.message]),
  ]);
}

function handedTo(
  { view }: ControllerServices,
  namespace: string | undefined,
  agent: string,
  pod: string | undefined,
): Task[] {
  return view.tasks
    .byIndex(indexes.byAgent, `${namespace}/${agent}`)
    .filter(({ status }) => pod !== undefined && status?.podName === pod);
}

function readersOf(
  { view }: ControllerServices,
  namespace: string | undefined,
  configMap: string | undefined,
): Task[] {
  return view.tasks
    .list(namespace)
    .filter(({ spec }) =>
      spec.contexts?.some(context => context.configMap?.name === configMap),
    );
}

function keyOf({ metadata }: Task): ObjectKey {
  return { namespace: metadata.namespace, name: metadata.name };
}
