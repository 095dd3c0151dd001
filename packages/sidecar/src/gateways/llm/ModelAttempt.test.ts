import type { ModelSettings } from '@greenroom/protocol';
import { ModelBench } from './testkit/ModelBench';

const gateway = new ModelBench();

afterEach(() => gateway.close());

describe('fallbacks', () => {
  const withFallback = (more: Partial<ModelSettings> = {}) =>
    gateway
      .start({ model: { fallbacks: ['spare', 'other'], ...more } })
      .then(() => {
        const { models } = gateway.bench.sidecar.services.settings.current;
        gateway.setModels([
          models[0],
          { ...models[0], name: 'other', provider: 'openai' },
          {
            ...models[0],
            name: 'spare',
            model: 'claude-spare',
            base_url: gateway.model.url,
          },
        ]);
      });

  it.each([429, 500, 529])(
    'asks the next model after an error %d',
    async status => {
      await withFallback();
      gateway.model.use({
        when: { model: 'claude-fake' },
        reply: { error: { status } },
      });
      const response = await gateway.ask('anthropic', { stream: true });
      expect(response.headers.get('x-greenroom-model')).toBe('spare');
      await response.text();
      expect((await gateway.usage())[0].model).toBe('spare');
    },
  );

  it('asks the next model when the first cannot be reached', async () => {
    await withFallback({ base_url: 'http://127.0.0.1:1' });
    expect(
      (await gateway.ask('anthropic')).headers.get('x-greenroom-model'),
    ).toBe('spare');
  });

  it.each([400, 401, 403])(
    'does not hide an error %d, which somebody must mend',
    async status => {
      await withFallback();
      gateway.model.use({
        when: { model: 'claude-fake' },
        reply: { error: { status } },
      });
      expect((await gateway.ask('anthropic')).status).toBe(status);
      expect(gateway.model.requests.all).toHaveLength(1);
    },
  );

  it('never asks another model once the client has seen a byte', async () => {
    await withFallback();
    gateway.model.use({
      when: { model: 'claude-fake' },
      reply: { text: 'one two', cut: 1 },
    });
    await (await gateway.ask('anthropic', { stream: true })).text();
    expect(gateway.model.requests.all).toHaveLength(1);
  });
});
