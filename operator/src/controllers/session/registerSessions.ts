import {
  Job,
  Pod,
  resourceType,
  type ObjectKey,
} from '@greenroom/controller-runtime';
import {
  Agent,
  AgentTemplate,
  labels,
  Message,
  Session,
} from '@greenroom/kinds';
import type { SessionState } from '@greenroom/protocol';
import { indexes } from '../../cluster/ClusterView';
import { managedSelector } from '../../objects/OwnedObjects';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';
import { hasEnded } from './decideSession';
import type { SessionChannel } from './SessionChannel';
import { SessionReconciler } from './SessionReconciler';

/** What events add up to may lag so much behind in a status; a turn's begin and end do not. */
const summaryDelayMs = 2_000;

/** Adds the controller of Sessions. */
export function registerSessions(
  services: ControllerServices,
  channel: SessionChannel,
): void {
  const { manager, view, links, sessions } = services;
  const reconciler = new SessionReconciler(services, channel, session =>
    // eslint-disable-next-line @typescript-eslint/no-use-before-define -- called only when the controller is there
    controller.enqueue(keyOf(session)),
  );
  const controller = manager.controller({
    name: 'session',
    reconciler,
    workers: 4,
  });
  const managed = { informer: { labelSelector: managedSelector } };
  const open = (all: Session[]) =>
    all.filter(session => !hasEnded(session)).map(keyOf);
  const ofAgent = (namespace: string | undefined, agent: string | undefined) =>
    open(view.sessions.byIndex(indexes.byAgent, `${namespace}/${agent}`));

  controller
    .for(resourceType<Session>(Session), { predicate: isSpecChange })
    .owns(Job, managed)
    .watches(
      Pod,
      ({ metadata }) => {
        const id = metadata.labels?.[labels.session];
        return id ? open(view.sessions.byIndex(indexes.bySessionId, id)) : [];
      },
      managed,
    )
    .watches(
      resourceType<Agent>(Agent),
      ({ metadata }) => ofAgent(metadata.namespace, metadata.name),
      {
        predicate: event =>
          isSpecChange(event) ||
          (event.type === 'updated' &&
            event.object.status?.ready !== event.old.status?.ready),
      },
    )
    .watches(
      resourceType<AgentTemplate>(AgentTemplate),
      ({ metadata }) =>
        open(
          view.sessions.byIndex(
            indexes.byTemplate,
            `${metadata.namespace}/${metadata.name}`,
          ),
        ),
      { predicate: isSpecChange },
    )
    .watches(
      resourceType<Message>(Message),
      ({ metadata, spec }) =>
        spec.sessionRef
          ? [{ namespace: metadata.namespace, name: spec.sessionRef.name }]
          : [],
      { predicate: isSpecChange },
    );
  view.sessions.addHandler(event => {
    if (event.type === 'deleted') reconciler.forget(event.object);
  });

  const seen = new Map<string, string>();
  links.on('session', sessionId => {
    const [session] = view.sessions.byIndex(indexes.bySessionId, sessionId);
    if (!session) return;
    const state = sessions.get(sessionId);
    const mark = state ? markOf(state) : '';
    const key = keyOf(session);
    if (hasEnded(session)) {
      seen.delete(sessionId);
    } else if (seen.get(sessionId) === mark) {
      controller.queue.addAfter(`${key.namespace}/${key.name}`, summaryDelayMs);
    } else {
      seen.set(sessionId, mark);
      controller.enqueue(key, { priority: 1 });
    }
  });
  const linked = ({
    pod,
  }: {
    pod: {
      namespace: string;
      labels: Readonly<Record<string, string>>;
      sessionId?: string;
    };
  }) => {
    const keys = pod.sessionId
      ? open(view.sessions.byIndex(indexes.bySessionId, pod.sessionId))
      : ofAgent(pod.namespace, pod.labels[labels.agent]);
    for (const key of keys) controller.enqueue(key);
  };
  links.on('connected', linked);
  links.on('disconnected', linked);
}

/** What of a session's state is told at once. */
function markOf({ phase, turn, pending }: SessionState): string {
  return [
    phase,
    turn?.id,
    turn?.outcome,
    ...pending.map(({ requestId }) => requestId),
  ].join(':');
}

function keyOf({ metadata }: Session): ObjectKey {
  return { namespace: metadata.namespace, name: metadata.name };
}
