import fc from 'fast-check';
import { apiVersion } from '../group';
import type { Agent } from '../kinds/Agent';
import type { AgentTemplate } from '../kinds/AgentTemplate';
import type { GreenroomConfig } from '../kinds/GreenroomConfig';
import { defaultImages } from './defaultImages';
import { agentDefaults, resolveAgent } from './resolveAgent';

type SharedSpec = AgentTemplate['spec'];

const metadata = { name: 'a', namespace: 'n', uid: 'u' };

function anAgent(spec: Partial<Agent['spec']> = {}): Agent {
  return {
    apiVersion,
    kind: 'Agent',
    metadata,
    spec: { port: 4096, suspend: false, ...spec },
  };
}

function aTemplate(spec: SharedSpec = {}): AgentTemplate {
  return {
    apiVersion,
    kind: 'AgentTemplate',
    metadata: { ...metadata, name: 't', uid: 'v' },
    spec,
  };
}

function aConfig(spec: Partial<GreenroomConfig['spec']> = {}): GreenroomConfig {
  return {
    apiVersion,
    kind: 'GreenroomConfig',
    metadata: { name: 'cluster', uid: 'w' },
    spec: {
      clusterDomain: 'cluster.local',
      allowLocalRepositories: false,
      imagePullPolicy: 'IfNotPresent',
      ...spec,
    },
  };
}

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const optional = <T>(value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined });
const someText = optional(word);
const someWords = optional(fc.uniqueArray(word, { maxLength: 3 }));

const sharedSpecs: fc.Arbitrary<SharedSpec> = fc
  .record({
    mode: optional(fc.constantFrom('Supervised' as const, 'System' as const)),
    instructions: someText,
    workspaceDir: optional(word.map(name => `/${name}`)),
    command: someWords,
    delegates: someWords,
    providers: someWords,
    maxConcurrentTasks: optional(fc.integer({ min: 1, max: 9 })),
    serviceAccountName: someText,
    egress: optional(fc.record({ allow: someWords })),
    contexts: optional(
      fc.uniqueArray(
        fc.record({
          name: word,
          type: fc.constant('Text' as const),
          text: word,
        }),
        { maxLength: 3, selector: item => item.name },
      ),
    ),
    runtime: optional(
      fc.record({
        type: optional(
          fc.constantFrom(
            'greenroom' as const,
            'opencode' as const,
            'custom' as const,
          ),
        ),
        agentImage: someText,
        executorImage: someText,
      }),
    ),
    config: optional(
      fc.dictionary(
        word,
        fc.oneof(word, fc.integer(), fc.dictionary(word, word)),
      ),
    ),
    proxy: optional(fc.record({ httpProxy: someText, noProxy: someText })),
    quota: optional(
      fc.record({
        maxTaskStarts: optional(fc.integer({ min: 1, max: 9 })),
        windowSeconds: optional(fc.integer({ min: 60, max: 90 })),
      }),
    ),
    budget: optional(
      fc.record({
        tokens: optional(fc.integer({ min: 1, max: 9 })),
        window: optional(fc.constantFrom('Day' as const, 'Month' as const)),
      }),
    ),
    podSpec: optional(
      fc.record({
        labels: optional(fc.dictionary(word, word)),
        runtimeClassName: someText,
        extraEnv: optional(
          fc.record({ name: word, value: word }).map(variable => [variable]),
        ),
      }),
    ),
  })
  .map(dropUndefined);

/** An object as it comes from an API server: without fields that are undefined. */
function dropUndefined<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

const replacedFields = [
  'instructions',
  'workspaceDir',
  'command',
  'delegates',
  'providers',
  'contexts',
  'maxConcurrentTasks',
  'serviceAccountName',
  'mode',
] as const;

describe('resolveAgent', () => {
  it('takes scalars and lists from the agent where it has them, else from the template', () => {
    fc.assert(
      fc.property(sharedSpecs, sharedSpecs, (own, base) => {
        const resolved = resolveAgent(anAgent(own), aTemplate(base));
        const wanted = Object.fromEntries(
          replacedFields.map(field => [
            field,
            own[field] ?? base[field] ?? resolved[field],
          ]),
        );
        expect(resolved).toMatchObject(dropUndefined(wanted));
        expect(resolved.egress.allow).toEqual(
          own.egress?.allow ?? base.egress?.allow ?? [],
        );
      }),
    );
  });

  it('merges objects by field: the agent’s fields win, the template’s others stay', () => {
    fc.assert(
      fc.property(sharedSpecs, sharedSpecs, (own, base) => {
        const resolved = resolveAgent(anAgent(own), aTemplate(base));
        for (const field of ['config', 'proxy', 'podSpec'] as const) {
          const wanted = Object.entries({ ...base[field], ...own[field] });
          const scalars = wanted.filter(
            ([, value]) => typeof value !== 'object',
          );
          expect(resolved[field] ?? {}).toMatchObject(
            Object.fromEntries(scalars),
          );
        }
        expect(resolved.podSpec.labels ?? {}).toEqual({
          ...base.podSpec?.labels,
          ...own.podSpec?.labels,
        });
      }),
    );
  });

  it('makes of a template run directly what an agent that says nothing makes of it', () => {
    fc.assert(
      fc.property(sharedSpecs, base => {
        const identity = { kind: 'Agent', name: 'x', uid: 'x' };
        expect({ ...resolveAgent(aTemplate(base)), ...identity }).toEqual({
          ...resolveAgent(anAgent(), aTemplate(base)),
          ...identity,
        });
      }),
    );
  });

  it('is not changed by an empty template, apart from its name', () => {
    fc.assert(
      fc.property(sharedSpecs, own => {
        const { template, ...resolved } = resolveAgent(
          anAgent(own),
          aTemplate(),
        );
        expect(template).toBe('t');
        expect(resolved).toEqual(resolveAgent(anAgent(own)));
      }),
    );
  });

  it('gives the agent’s own result again when the template says the same', () => {
    fc.assert(
      fc.property(sharedSpecs, own => {
        const { template: _, ...resolved } = resolveAgent(
          anAgent(own),
          aTemplate(own),
        );
        expect(resolved).toEqual(resolveAgent(anAgent(own)));
      }),
    );
  });

  it('changes neither agent nor template', () => {
    fc.assert(
      fc.property(sharedSpecs, sharedSpecs, (own, base) => {
        const agent = anAgent(own);
        const template = aTemplate(base);
        const before = JSON.stringify([agent, template]);
        resolveAgent(agent, template, aConfig());
        expect(JSON.stringify([agent, template])).toBe(before);
      }),
    );
  });

  it('gives the same bytes for the same input', () => {
    fc.assert(
      fc.property(sharedSpecs, sharedSpecs, (own, base) => {
        const resolve = () =>
          JSON.stringify(
            resolveAgent(
              structuredClone(anAgent(own)),
              structuredClone(aTemplate(base)),
            ),
          );
        expect(resolve()).toBe(resolve());
      }),
    );
  });

  it('lets an explicit empty list override with nothing', () => {
    const base = aTemplate({
      delegates: ['x'],
      contexts: [{ name: 'c', type: 'Text', text: 'x' }],
    });
    const resolved = resolveAgent(
      anAgent({ delegates: [], contexts: [] }),
      base,
    );
    expect(resolved.delegates).toEqual([]);
    expect(resolved.contexts).toEqual([]);
  });

  it('applies a template’s quota, and fills in its window', () => {
    const resolved = resolveAgent(
      anAgent({ quota: { windowSeconds: 60 } }),
      aTemplate({ quota: { maxTaskStarts: 3 } }),
    );
    expect(resolved.quota).toEqual({ maxTaskStarts: 3, windowSeconds: 60 });
    expect(
      resolveAgent(anAgent({ quota: { maxTaskStarts: 3 } })).quota,
    ).toEqual({
      maxTaskStarts: 3,
      windowSeconds: agentDefaults.quotaWindowSeconds,
    });
    expect(
      resolveAgent(anAgent({ quota: { windowSeconds: 60 } })).quota,
    ).toBeUndefined();
  });

  it('lays budgets on each other: cluster, template, agent', () => {
    const config = aConfig({
      defaults: { policy: 'Allow', budget: { costUSD: 5, window: 'Day' } },
    });
    const resolved = resolveAgent(
      anAgent({ budget: { onExceeded: 'Ask' } }),
      aTemplate({ budget: { tokens: 9 } }),
      config,
    );
    expect(resolved.budget).toEqual({
      costUSD: 5,
      tokens: 9,
      window: 'Day',
      onExceeded: 'Ask',
    });
  });

  it('never mixes two choices: a probe or affinity of the agent replaces the template’s', () => {
    const base = aTemplate({
      podSpec: { lifecycle: { preStop: { exec: { command: ['a'] } } } },
    });
    const own = anAgent({
      podSpec: { lifecycle: { preStop: { sleep: { seconds: 1 } } } },
    });
    expect(resolveAgent(own, base).podSpec.lifecycle).toEqual({
      preStop: { sleep: { seconds: 1 } },
    });
  });

  it('replaces the model as a whole', () => {
    const base = aTemplate({
      model: { provider: 'openai-compatible', name: 'm', baseURL: 'http://x' },
    });
    expect(
      resolveAgent(anAgent({ model: { ref: 'big' } }), base).model,
    ).toEqual({ ref: 'big' });
  });

  it('uses the cluster’s default model only where nobody names one', () => {
    const config = aConfig({ defaults: { policy: 'Allow', model: 'house' } });
    expect(resolveAgent(anAgent(), undefined, config).model).toEqual({
      ref: 'house',
    });
    expect(
      resolveAgent(anAgent(), aTemplate({ model: { ref: 'mine' } }), config)
        .model,
    ).toEqual({ ref: 'mine' });
  });

  it('keeps no image of a runtime the agent does not use', () => {
    const base = aTemplate({
      runtime: {
        type: 'opencode',
        agentImage: 'opencode:1',
        executorImage: 'box:1',
      },
    });
    expect(
      resolveAgent(anAgent({ runtime: { executorImage: 'box:2' } }), base)
        .runtime,
    ).toEqual({
      type: 'opencode',
      contract: 'opencode',
      agentImage: 'opencode:1',
      executorImage: 'box:2',
    });
    expect(
      resolveAgent(anAgent({ runtime: { type: 'greenroom' } }), base).runtime,
    ).toEqual({
      type: 'greenroom',
      contract: 'stream',
      agentImage: defaultImages.runtimeGreenroom,
      executorImage: defaultImages.runtimeGreenroom,
    });
  });

  it('runs a custom image as it is', () => {
    const resolved = resolveAgent(
      anAgent({ runtime: { type: 'custom', agentImage: 'mine:1' } }),
    );
    expect(resolved.runtime).toEqual({
      type: 'custom',
      contract: 'stream',
      executorImage: 'mine:1',
    });
  });

  it('takes a version as the tag of the release’s image', () => {
    const resolved = resolveAgent(anAgent({ runtime: { version: '0.2.0' } }));
    expect(resolved.runtime.agentImage).toBe(
      'ghcr.io/greenroom-dev/runtime-greenroom:0.2.0',
    );
  });

  it('takes images from the configuration', () => {
    const resolved = resolveAgent(
      anAgent(),
      undefined,
      aConfig({ images: { sidecar: 'mirror/sidecar:7' } }),
    );
    expect(resolved.images.sidecar).toBe('mirror/sidecar:7');
    expect(resolved.images.contextTools).toBe(defaultImages.contextTools);
  });

  it('is not fooled by a field named __proto__', () => {
    const config = JSON.parse('{"__proto__": {"polluted": true}}');
    const resolved = resolveAgent(
      anAgent({ config }),
      aTemplate({ config: { a: 1 } }),
    );
    expect(Object.keys(resolved.config ?? {})).toEqual(['a', '__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
