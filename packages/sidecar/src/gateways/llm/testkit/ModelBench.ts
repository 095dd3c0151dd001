import type {
  AgentSettings,
  ModelSettings,
  TokenUsage,
} from '@greenroom/protocol';
// Only tests load this file.
// eslint-disable-next-line @backstage/no-undeclared-imports
import { FakeModel, type ModelRule } from '@greenroom/testing';
import {
  anOpening,
  SESSION_ID,
  startTestBench,
  type TestBench,
} from '../../../testkit/startTestSidecar';
import { llmRoutes } from '../llmRoutes';

/** The key that the fake model wants. */
export const KEY = 'sk-test-4d1f9c0a77e2b3';
const PRICING = { input: '3', output: '15', cache_read: '0.3' };

/** Where each wire format is asked. */
export const PATHS = {
  anthropic: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
};

/** A sidecar with an open session and one model behind it. */
export class ModelBench {
  model!: FakeModel;
  bench!: TestBench;

  /** `model` changes the one model, `rules` say what it answers. */
  async start(
    options: {
      model?: Partial<ModelSettings>;
      settings?: Partial<AgentSettings>;
      rules?: ModelRule[];
      fake?: Parameters<typeof FakeModel.start>[0];
    } = {},
  ) {
    this.model = await FakeModel.start({
      apiKey: KEY,
      rules: options.rules,
      ...options.fake,
    });
    this.bench = await startTestBench('greenroom', {
      settings: {
        models: [
          {
            name: 'fast',
            provider: 'anthropic',
            model: 'claude-fake',
            base_url: this.model.url,
            credential: 'model.fast',
            pricing: PRICING,
            ...options.model,
          },
        ],
        ...options.settings,
      },
      secrets: { 'model.fast/api-key': `${KEY}\n` },
      extensions: [llmRoutes],
    });
    await this.bench.operator.until(
      'hello',
      () => this.bench.operator.hellos[0],
    );
    this.bench.operator.open(anOpening({ interactive: true }));
    await this.bench.operator.until('open', () =>
      this.bench.operator
        .messages('session_status')
        .find(({ state }) => state === 'open'),
    );
  }

  /** Asks the model in a wire format, with a small valid body that `body` changes. */
  ask(api: keyof typeof PATHS, body: object = {}, init: RequestInit = {}) {
    const basic =
      api === 'responses'
        ? { input: 'Hello' }
        : { messages: [{ role: 'user', content: 'Hello' }] };
    return fetch(this.bench.url(`/llm/fast${PATHS[api]}`), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'greenroom' },
      body: JSON.stringify({
        model: 'whatever',
        ...basic,
        ...(api === 'anthropic' && { max_tokens: 100 }),
        ...body,
      }),
      ...init,
    });
  }

  /** The operator pushes other models. */
  setModels(models: ModelSettings[]) {
    const { settings } = this.bench.sidecar.services;
    settings.set({
      ...settings.current,
      digest: `${settings.current.digest}+`,
      models,
    });
  }

  setModel(change: Partial<ModelSettings>) {
    const [first] = this.bench.sidecar.services.settings.current.models;
    this.setModels([{ ...first, ...change }]);
  }

  /** The usage events of the session, once there are so many. */
  async usage(count = 1) {
    const events = () =>
      this.bench.operator
        .events(SESSION_ID)
        .filter(({ type }) => type === 'agent.usage');
    await this.bench.operator.until('usage', () => events().length >= count);
    return events().map(
      ({ payload }) => payload as TokenUsage & { model: string },
    );
  }

  async close(): Promise<void> {
    await this.bench?.close();
    await this.model?.stop();
  }
}

/** An error as both providers have it. */
export async function problem(response: Response) {
  const body = (await response.json()) as { error: { message: string } };
  return { status: response.status, body, message: body.error.message };
}
