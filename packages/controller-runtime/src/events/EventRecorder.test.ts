import pino from 'pino';
import { ScriptedApi } from '../testing/ScriptedApi';
import { EventRecorder } from './EventRecorder';

describe('EventRecorder', () => {
  const api = new ScriptedApi();
  let events: EventRecorder;
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'default', name: 'a', uid: 'u' },
  };

  beforeEach(async () => {
    api.seen.length = 0;
    api.answer = () => ({ body: { metadata: {} } });
    events = new EventRecorder({
      client: await api.start(),
      log: pino({ level: 'silent' }),
      controller: 'greenroom.dev/test',
      instance: 'pod',
    });
  });

  afterEach(() => api.stop());

  it('writes one Event and counts its repeats', async () => {
    for (let i = 0; i < 5; i++)
      events.event(object, { reason: 'Tried', note: 'again' });
    events.event(object, { reason: 'Tried', note: 'something else' });
    await events.flush();
    const created = api.seen.filter(({ method }) => method === 'POST');
    expect(created.map(({ body }) => body.note)).toEqual([
      'again',
      'something else',
    ]);
    expect(created[0]).toMatchObject({
      path: '/apis/events.k8s.io/v1/namespaces/default/events',
      body: {
        type: 'Normal',
        action: 'Tried',
        regarding: { kind: 'ConfigMap', name: 'a', uid: 'u' },
      },
    });
    const [patch] = api.seen.filter(({ method }) => method === 'PATCH');
    expect(patch.path).toContain(created[0].body.metadata.name);
    expect(patch.body.series.count).toBe(5);
  });

  it('makes nobody wait and throws nothing when Events cannot be written', async () => {
    api.answer = () => ({ status: 403, body: {} });
    events.event(object, {
      type: 'Warning',
      reason: 'Failed',
      note: 'x'.repeat(5_000),
    });
    await events.flush();
    expect(api.seen[0].body.note).toHaveLength(1_024);
  });
});
