import { Model, Policy, resolveAgent, Tool } from '@greenroom/kinds';
import { AgentSettings } from '@greenroom/protocol';
import { anAgent } from '../pods/aPodPlan';
import { agentSettings, type SettingsInputs } from './agentSettings';
import { selects } from './effectivePolicies';

const metadata = (name: string) => ({ name, namespace: 'team', uid: name });
const aModel = (name: string, spec: object = {}) =>
  ({
    metadata: metadata(name),
    spec: Model.spec.parse({
      provider: 'anthropic',
      name: 'claude',
      credentialRef: { name: 'keys', key: 'api' },
      ...spec,
    }),
  } as unknown as Model);
const aTool = (status?: Tool['status']) =>
  ({
    metadata: metadata('files'),
    spec: Tool.spec.parse({ remote: { url: 'https://tools.example.com/mcp' } }),
    status,
  } as unknown as Tool);
const inputs = (
  spec: Record<string, unknown> = {},
  over: Partial<SettingsInputs> = {},
): SettingsInputs => ({
  agent: resolveAgent(anAgent(spec, { labels: { tier: 'prod' } })),
  models: [],
  tools: [],
  toolUrls: new Map(),
  policies: [],
  config: undefined,
  ...over,
});

describe('agentSettings', () => {
  it('meets the protocol', () => {
    const settings = agentSettings(
      inputs(
        {
          tools: [{ ref: 'files' }],
          model: { ref: 'main' },
          budget: { tokens: 5, costUSD: 0.1 },
          credentials: [
            {
              name: 'api',
              secretRef: { name: 's', key: 'k' },
              hosts: ['example.com'],
            },
          ],
        },
        {
          models: [aModel('main', { pricing: { inputPerMillion: 3 } })],
          tools: [aTool()],
        },
      ),
    );
    expect(AgentSettings.parse(settings)).toEqual(settings);
    expect(settings).toMatchObject({
      default_model: 'main',
      models: [{ credential: 'model.main', pricing: { input: '3' } }],
      budget: {
        tokens: 5,
        cost_usd: '0.1',
        window: 'Session',
        on_exceeded: 'Stop',
      },
      tools: [
        {
          name: 'files',
          url: 'https://tools.example.com/mcp',
          approval: 'Policy',
        },
      ],
    });
  });

  it('has the digest of what it says: the same for the same, another for another', () => {
    expect(agentSettings(inputs()).digest).toBe(agentSettings(inputs()).digest);
    expect(agentSettings(inputs({ instructions: 'x' })).digest).not.toBe(
      agentSettings(inputs()).digest,
    );
  });

  it('offers no function that nobody has approved', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const tool = aTool({
      tools: [
        { name: 'read', digest },
        { name: 'wipe', digest, drifted: true },
      ],
    });
    const settings = agentSettings(
      inputs({ tools: [{ ref: 'files' }] }, { tools: [tool] }),
    );
    expect(settings.tools[0].pins).toEqual([{ name: 'read', digest }]);
  });

  it('holds the policies that select the agent, and no others', () => {
    const aPolicy = (name: string, tier: string) =>
      ({
        metadata: metadata(name),
        spec: Policy.spec.parse({
          selector: { matchLabels: { tier } },
          rules: [{ name: 'r', about: 'tool', action: 'Deny' }],
        }),
      } as unknown as Policy);
    const { policies } = agentSettings(
      inputs({}, { policies: [aPolicy('b', 'prod'), aPolicy('a', 'test')] }),
    );
    expect(policies.map(({ name }) => name)).toEqual(['b']);
  });
});

describe('selects', () => {
  it.each([
    [undefined, true],
    [{ matchLabels: { tier: 'prod' } }, true],
    [{ matchLabels: { tier: 'test' } }, false],
    [
      { matchExpressions: [{ key: 'tier', operator: 'In', values: ['prod'] }] },
      true,
    ],
    [
      {
        matchExpressions: [
          { key: 'tier', operator: 'NotIn', values: ['prod'] },
        ],
      },
      false,
    ],
    [
      { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] },
      true,
    ],
    [{ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
    [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
  ] as const)('%j', (selector, result) => {
    expect(selects(selector as never, { tier: 'prod' })).toBe(result);
  });
});
