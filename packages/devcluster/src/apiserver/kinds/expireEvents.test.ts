import type { KubernetesObject } from '../../store/KubernetesObject';
import { ObjectStore } from '../../store/ObjectStore';
import { removeOldEvents } from './expireEvents';

function anEvent(
  name: string,
  fields: Record<string, unknown> = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name,
      namespace: 'default',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    ...fields,
  } as unknown as KubernetesObject;
}

it('events go an hour after they were last seen', () => {
  const store = new ObjectStore();
  store.create('/events', anEvent('old'));
  store.create(
    '/events',
    anEvent('seen-again', { lastTimestamp: '2026-01-01T00:59:00Z' }),
  );
  removeOldEvents(store, Date.parse('2026-01-01T01:00:01Z'));
  expect(store.list('/events').map(({ metadata }) => metadata.name)).toEqual([
    'seen-again',
  ]);
});
