import { resourceType, type ObjectKey } from '@greenroom/controller-runtime';
import { Agent, labels, Message, Session } from '@greenroom/kinds';
import type { SessionState } from '@greenroom/protocol';
import { indexes } from '../../cluster/ClusterView';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';
import type { SessionChannel } from '../session/SessionChannel';
import { ChunkWriter } from './ChunkWriter';
import { isMessageEnded } from './decideMessage';
import { MessageReconciler } from './MessageReconciler';

/** Adds the controller of Messages. */
export function registerMessages(
  services: ControllerServices,
  channel: SessionChannel,
): void {
  const { manager, view, links, sessions } = services;
  const chunks = new ChunkWriter(services);
  const reconciler = new MessageReconciler(services, channel, chunks, message =>
    // eslint-disable-next-line @typescript-eslint/no-use-before-define -- called only when the controller is there
    controller.enqueue(keyOf(message)),
  );
  const controller = manager.controller({
    name: 'message',
    reconciler,
    workers: 4,
  });
  const open = (messages: Message[]) =>
    messages.filter(message => !isMessageEnded(message)).map(keyOf);
  const ofAgent = (namespace: string | undefined, agent: string | undefined) =>
    open(view.messages.byIndex(indexes.byAgent, `${namespace}/${agent}`));
  const ofSession = ({ metadata }: Session) =>
    open(
      view.messages.byIndex(
        indexes.bySessionObject,
        `${metadata.namespace}/${metadata.name}`,
      ),
    );

  controller
    .for(resourceType<Message>(Message), { predicate: isSpecChange })
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
    .watches(resourceType<Session>(Session), ofSession, {
      predicate: event =>
        event.type !== 'updated' ||
        event.object.status?.phase !== event.old.status?.phase,
    });
  view.messages.addHandler(event => {
    const { metadata, spec } = event.object;
    if (event.type === 'deleted') reconciler.forget(event.object);
    // One answered: another may be waiting for just that.
    const isOver = event.type === 'deleted' || isMessageEnded(event.object);
    if (isOver && spec.agentRef)
      for (const key of ofAgent(metadata.namespace, spec.agentRef.name))
        controller.enqueue(key);
    if (isOver && spec.sessionRef) {
      const waiting = view.messages.byIndex(
        indexes.bySessionObject,
        `${metadata.namespace}/${spec.sessionRef.name}`,
      );
      for (const key of open(waiting)) controller.enqueue(key);
    }
  });

  const seen = new Map<string, string>();
  links.on('session', sessionId => {
    const state = sessions.get(sessionId);
    const mark = state ? markOf(state) : '';
    if (seen.get(sessionId) === mark) return;
    seen.set(sessionId, mark);
    const [session] = view.sessions.byIndex(indexes.bySessionId, sessionId);
    const messages = open(
      view.messages.byIndex(indexes.bySessionId, sessionId),
    );
    const keys = session ? [...messages, ...ofSession(session)] : messages;
    if (
      keys.length === 0 &&
      state &&
      ['Completed', 'Failed', 'Cancelled', 'Expired'].includes(state.phase)
    )
      seen.delete(sessionId);
    for (const key of keys) controller.enqueue(key, { priority: 1 });
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
    const agent = pod.labels[labels.agent];
    const [session] = pod.sessionId
      ? view.sessions.byIndex(indexes.bySessionId, pod.sessionId)
      : [];
    const shared = view.sessions.byIndex(
      indexes.byAgent,
      `${pod.namespace}/${agent}`,
    );
    const keys = [
      ...ofAgent(pod.namespace, agent),
      ...(session ? ofSession(session) : shared.flatMap(ofSession)),
    ];
    for (const key of keys) controller.enqueue(key);
  };
  links.on('connected', linked);
  links.on('disconnected', linked);
}

/** What of a session's state a Message's status tells. */
function markOf({ turn, phase, pending }: SessionState): string {
  return `${phase}:${turn?.id ?? ''}:${turn?.outcome ?? ''}:${pending.length}`;
}

function keyOf({ metadata }: Message): ObjectKey {
  return { namespace: metadata.namespace, name: metadata.name };
}
