import {
  OperatorMessage,
  type OperatorMessageOf,
  type SidecarMessage,
  type SidecarMessageOf,
} from '@greenroom/protocol';
import type { IngestHub } from '../ingest/IngestHub';
import type { SidecarConnection } from '../ingest/SidecarConnection';
import type { VerifiedPod } from '../ingest/SidecarLink';

/** The other end of a connection to a hub, in the same process. */
export interface TestSidecar {
  pod: VerifiedPod;
  connection: SidecarConnection;
  welcome: OperatorMessageOf<'welcome'>;
  epoch: number;
  closed?: { code: number; reason: string };
  hello(sessions: string[]): SidecarMessageOf<'hello'>;
  say(message: SidecarMessage): void;
  /** The next message of a type that was not waited for before. */
  received<Type extends OperatorMessage['type']>(
    type: Type,
    matches?: (message: OperatorMessageOf<Type>) => boolean,
  ): Promise<OperatorMessageOf<Type>>;
  /** Resolves when the operator closed the connection. */
  ended(): Promise<void>;
}

const NO_HASH = '0'.repeat(64);

/** Connects a sidecar of a pod to a hub; waits until it is welcome, or closed if it is not `expected` to be. */
export async function aSidecar(
  hub: IngestHub,
  pod: VerifiedPod,
  sessions: string[] = [],
  expected = true,
  says: Partial<SidecarMessageOf<'hello'>> = {},
  early: () => SidecarMessage[] = () => [],
): Promise<TestSidecar> {
  const inbox: OperatorMessage[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const look of [...waiting]) look();
  };
  const until = <T>(find: () => T | undefined) =>
    new Promise<T>(resolve => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const sidecar = { pod } as TestSidecar;
  sidecar.connection = hub.accept(pod, {
    send(text) {
      // As over a wire: what the operator sends must be what the protocol says.
      inbox.push(JSON.parse(text));
      changed();
    },
    close(code, reason) {
      sidecar.closed = { code, reason };
      changed();
    },
    bufferedBytes: 0,
    pause: () => undefined,
    resume: () => undefined,
  });
  sidecar.say = message => sidecar.connection.receive(JSON.stringify(message));
  sidecar.received = <Type extends OperatorMessage['type']>(
    type: Type,
    matches: (message: OperatorMessageOf<Type>) => boolean = () => true,
  ) =>
    until(() => {
      const index = inbox.findIndex(
        message =>
          message.type === type && matches(message as OperatorMessageOf<Type>),
      );
      if (index < 0) return undefined;
      return inbox.splice(index, 1)[0] as OperatorMessageOf<Type>;
    });
  sidecar.ended = () =>
    until(() => (sidecar.closed ? true : undefined)).then(() => undefined);
  sidecar.hello = ids => ({
    type: 'hello',
    protocol: 1,
    pod: { namespace: pod.namespace, name: pod.name, uid: pod.uid },
    agent: pod.agent,
    version: '0.1.0',
    runtime: {
      contract: 'greenroom/1',
      state: 'ready',
      capabilities: {
        multiSession: true,
        cancel: true,
        permissions: true,
        fork: false,
        models: false,
        deltas: false,
      },
    },
    sessions: ids.map(session_id => ({
      session_id,
      epoch: 0,
      seq: 0,
      hash: NO_HASH,
      acked_seq: 0,
      state: 'open',
    })),
    ...says,
  });
  sidecar.say(sidecar.hello(sessions));
  for (const message of early()) sidecar.say(message);
  if (expected) {
    sidecar.welcome = await sidecar.received('welcome');
    sidecar.epoch = sidecar.welcome.epoch_base;
  } else {
    await sidecar.ended();
  }
  return sidecar;
}
