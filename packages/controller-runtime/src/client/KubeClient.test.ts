import { ConfigMap, Pod } from '../objects/builtInTypes';
import { ScriptedApi } from '../testing/ScriptedApi';
import { ApiError } from './ApiError';
import type { KubeClient } from './KubeClient';

describe('KubeClient', () => {
  const api = new ScriptedApi();
  let client: KubeClient;

  beforeEach(async () => {
    api.seen.length = 0;
    api.answer = () => ({ body: { metadata: {} } });
    client = await api.start();
  });

  afterEach(async () => {
    client.close();
    await api.stop();
  });

  const key = { namespace: 'default', name: 'a' };

  it('applies under its field manager, by force, with kind and version filled in', async () => {
    await client.applyStatus(ConfigMap, { metadata: key, data: { x: '1' } });
    const [request] = api.seen;
    expect(request).toMatchObject({
      method: 'PATCH',
      path: '/api/v1/namespaces/default/configmaps/a/status',
      body: { apiVersion: 'v1', kind: 'ConfigMap', data: { x: '1' } },
    });
    expect(Object.fromEntries(request.query)).toEqual({
      fieldManager: 'greenroom',
      fieldValidation: 'Strict',
      force: 'true',
    });
  });

  it('waits as it is told when it is throttled, and then succeeds', async () => {
    let asked = 0;
    api.answer = () =>
      ++asked === 1
        ? { status: 429, body: {} }
        : { body: { metadata: { name: 'a' } } };
    const found = await client.get(ConfigMap, key);
    expect(found.metadata.name).toBe('a');
    expect(client.requestCount).toBe(2);
  });

  it('says which request was refused, and why', async () => {
    const status = {
      kind: 'Status',
      code: 409,
      reason: 'Conflict',
      message: 'the object has been modified',
    };
    api.answer = () => ({ status: 409, body: status });
    const update = client.update(ConfigMap, { metadata: key });
    await expect(update).rejects.toThrow(
      'PUT /api/v1/namespaces/default/configmaps/a: the object has been modified',
    );
    const error = await update.catch(caught => caught);
    expect(ApiError.isConflict(error)).toBe(true);
    expect(ApiError.isAlreadyExists(error)).toBe(false);
  });

  it('takes an object that is gone already as deleted, and finds nothing in its place', async () => {
    api.answer = () => ({ status: 404, body: { code: 404 } });
    await client.delete(Pod, key);
    expect(await client.find(Pod, key)).toBeUndefined();
  });

  it('reads again once when an idle connection was closed under it, and never writes twice', async () => {
    let cut = 0;
    api.answer = (request, response) => {
      if (cut++ === 0) {
        response.socket!.destroy();
        return undefined;
      }
      return { body: { metadata: { name: request.method } } };
    };
    expect((await client.get(ConfigMap, key)).metadata.name).toBe('GET');
    cut = 0;
    await expect(client.create(ConfigMap, { metadata: key })).rejects.toThrow();
    expect(api.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('gives up waiting for an answer, and says for what', async () => {
    api.answer = () => undefined;
    await expect(client.get(ConfigMap, key, { timeoutMs: 20 })).rejects.toThrow(
      'GET /api/v1/namespaces/default/configmaps/a: no answer from',
    );
  });

  it('reads watched events whose characters are split over chunks', async () => {
    api.answer = (_, response) => {
      response.writeHead(200);
      const line = Buffer.from(
        `${JSON.stringify({
          type: 'ADDED',
          object: { metadata: { name: 'grün' } },
        })}\n`,
      );
      const middle = line.indexOf(0xc3) + 1;
      response.write(line.subarray(0, middle));
      setImmediate(() => response.end(line.subarray(middle)));
      return undefined;
    };
    const names: (string | undefined)[] = [];
    for await (const { object } of client.watch(ConfigMap))
      names.push(object.metadata.name);
    expect(names).toEqual(['grün']);
  });
});
