import { z } from 'zod';
import { Contexts } from './ContextItem';
import { Credentials } from './credentials';
import { CaBundle, Proxy } from './network';
import { AbsolutePath } from './paths';
import { PodSettings } from './PodSettings';
import { ConfigMapKeyRef, LocalRef } from './references';
import { keyedList, list, RawObject, setOf } from './collections';
import {
  filled,
  HostPattern,
  HttpUrl,
  ImageName,
  integer,
  ObjectName,
  Port,
  PortName,
  text,
} from './scalars';
import { Plugins, Skills } from './skills';
import { withRules } from './withRules';

/** How an agent works: with a person in reach, or alone through a playbook. */
export const AgentMode = z.enum(['Supervised', 'System']);

const Goal = withRules(
  z.object({
    inline: filled(262_144)
      .optional()
      .describe('The goal, or the playbook, itself.'),
    configMapKeyRef: ConfigMapKeyRef.optional().describe(
      'Key of a ConfigMap that holds it.',
    ),
  }),
  [
    {
      rule: 'has(self.inline) != has(self.configMapKeyRef)',
      message: 'set exactly one of inline and configMapKeyRef',
      holds: goal =>
        (goal.inline !== undefined) !== (goal.configMapKeyRef !== undefined),
    },
  ],
);

const Runtime = z.object({
  type: z
    .enum(['greenroom', 'opencode', 'claude-code', 'mastra', 'custom'])
    .optional()
    .meta({
      description:
        'The program that thinks. custom runs executorImage as it is.',
      resolvedDefault: 'greenroom',
    }),
  contract: z.enum(['stream', 'opencode', 'asyncchat']).optional().meta({
    description: 'What the sidecar speaks with it.',
    resolvedDefault: 'opencode for type opencode, else stream',
  }),
  agentImage: ImageName.optional().describe(
    'Image the runtime is copied from, into /tools.',
  ),
  executorImage: ImageName.optional().describe(
    'Image the agent works in, with the tools it needs. The runtime’s own image by default.',
  ),
  version: text(128)
    .min(1)
    .regex(/^[A-Za-z0-9._+-]+$/)
    .optional()
    .describe(
      'Tag of the built-in runtime’s image, where agentImage is not set.',
    ),
});

const AgentModel = withRules(
  z.object({
    ref: ObjectName.optional().describe(
      'Name of a Model in the same namespace.',
    ),
    provider: z
      .enum([
        'anthropic',
        'openai',
        'openai-compatible',
        'google',
        'bedrock',
        'azure',
      ])
      .optional()
      .describe('Provider of a model that needs no key, instead of ref.'),
    name: filled(256)
      .optional()
      .describe('The provider’s name of the model, instead of ref.'),
    baseURL: HttpUrl.optional().describe(
      'Where the provider listens, such as http://ollama.models.svc:11434/v1.',
    ),
  }),
  [
    {
      rule: 'has(self.ref) != has(self.provider)',
      message: 'set exactly one of ref and provider',
      holds: model =>
        (model.ref !== undefined) !== (model.provider !== undefined),
    },
    {
      rule: 'has(self.provider) == has(self.name)',
      message: 'set provider and name together',
      holds: model =>
        (model.provider !== undefined) === (model.name !== undefined),
    },
    {
      rule: '!has(self.baseURL) || has(self.provider)',
      message: 'set baseURL only together with provider and name',
      holds: model =>
        model.baseURL === undefined || model.provider !== undefined,
    },
  ],
);

/** A Tool bound to an agent, and what the agent may do with it. */
export const ToolBinding = z.object({
  ref: ObjectName.describe('Name of a Tool in the same namespace.'),
  allow: setOf(filled(128), 128)
    .optional()
    .describe(
      'Names of the tool functions the agent may call, * for any characters; all by default.',
    ),
  deny: setOf(filled(128), 128)
    .optional()
    .describe(
      'Names of the tool functions the agent may not call, * for any characters. Wins over allow.',
    ),
  approval: z
    .enum(['Never', 'Always', 'Policy'])
    .default('Policy')
    .describe(
      'Whether a person is asked before each call: never, always, or as Policies say.',
    ),
});

/** How much an agent may use. */
export const Budget = z.object({
  tokens: integer(1, 1_000_000_000_000)
    .optional()
    .describe('Most tokens, input and output together.'),
  costUSD: z
    .number()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('Most cost, in US dollars.'),
  window: z.enum(['Session', 'Day', 'Month']).optional().meta({
    description:
      'What the limit is for: each session, or a calendar day or month in UTC of the whole agent.',
    resolvedDefault: 'Session',
  }),
  onExceeded: z.enum(['Ask', 'Stop']).optional().meta({
    description:
      'Ask makes one Approval for more; Stop refuses further model calls.',
    resolvedDefault: 'Stop',
  }),
});

const Quota = z.object({
  maxTaskStarts: integer(1, 1_000_000)
    .optional()
    .describe('Most Tasks started within the window.'),
  windowSeconds: integer(60, 86_400).optional().meta({
    description: 'Length of the sliding window, in seconds.',
    resolvedDefault: 3600,
  }),
});

/** The fields that an Agent and an AgentTemplate share; none has a default in the CRD, or it would win over the template. */
export const agentFields = {
  mode: AgentMode.optional().meta({
    description:
      'Supervised talks with people and may ask them. System follows `goal` as a playbook, step by step, and asks nothing that the playbook does not ask.',
    resolvedDefault: 'Supervised',
  }),
  goal: Goal.optional().describe(
    'What a System agent does: a playbook; for a Supervised one, its standing purpose.',
  ),
  instructions: text(131_072)
    .optional()
    .describe(
      'How the agent should behave, in Markdown; added to the runtime’s own.',
    ),
  runtime: Runtime.optional().describe(
    'The program that thinks, and its images.',
  ),
  model: AgentModel.optional().describe(
    'The model it uses. A playbook without `model` steps needs none.',
  ),
  workspaceDir: AbsolutePath.optional().meta({
    description: 'The folder the agent works in.',
    resolvedDefault: '/workspace',
  }),
  command: list(text(4096), 64)
    .optional()
    .describe(
      'Runs instead of the runtime’s own command in the agent container.',
    ),
  extraPorts: keyedList(
    z.object({
      name: PortName.describe('Name of the port.'),
      port: Port.describe('Port of the Service.'),
      targetPort: Port.optional().describe(
        'Port of the agent container; the same by default.',
      ),
      protocol: z
        .enum(['TCP', 'UDP'])
        .default('TCP')
        .describe('Protocol of the port.'),
    }),
    ['name'],
    16,
  )
    .optional()
    .describe(
      'More ports of the agent container, reachable through its Service.',
    ),
  contexts: Contexts.optional().describe(
    'What the agent is given to know or to work on.',
  ),
  skills: Skills.optional().describe(
    'Folders with a SKILL.md, made known to the runtime.',
  ),
  plugins: Plugins.optional().describe(
    'Plugins of the runtime, where it has them. Stored; nothing acts on it yet.',
  ),
  config: RawObject.optional().describe(
    'Settings handed to the runtime as they are.',
  ),
  credentials: Credentials.optional().describe(
    'Secrets the agent may use, kept from it unless exposed.',
  ),
  tools: keyedList(ToolBinding, ['ref'], 64)
    .optional()
    .describe('Tools the agent may use, through the sidecar.'),
  delegates: setOf(ObjectName, 64)
    .optional()
    .describe('Agents in the same namespace it may hand work to.'),
  providers: setOf(ObjectName, 32)
    .optional()
    .describe('Providers in the same namespace whose operations it may call.'),
  egress: z
    .object({
      allow: setOf(HostPattern, 256)
        .optional()
        .describe(
          'Hosts, or patterns such as *.example.com, that the egress proxy lets through.',
        ),
    })
    .optional()
    .describe('What the agent may reach on the network; nothing by default.'),
  maxConcurrentTasks: integer(1, 1000).optional().meta({
    description: 'Most Tasks at work at once; the others are queued.',
    resolvedDefault: 5,
  }),
  quota: Quota.optional().describe(
    'How many Tasks may start in a span of time.',
  ),
  budget: Budget.optional().describe(
    'How many tokens and how much money it may use.',
  ),
  caBundle: CaBundle.optional().describe(
    'Certificates trusted everywhere in the pod beside the system’s.',
  ),
  proxy: Proxy.optional().describe(
    'The HTTP proxy through which the pod leaves the cluster.',
  ),
  imagePullSecrets: keyedList(LocalRef, ['name'], 16)
    .optional()
    .describe('Secrets to pull images with.'),
  serviceAccountName: ObjectName.optional().describe(
    'ServiceAccount of the pod instead of one of its own.',
  ),
  rbac: z
    .object({
      rules: list(
        z.object({
          apiGroups: list(text(253), 32).describe(
            'API groups; "" is the core group.',
          ),
          resources: list(filled(253), 64).describe(
            'Resources, also as resource/subresource.',
          ),
          resourceNames: list(filled(253), 64)
            .optional()
            .describe('Names; all by default.'),
          verbs: list(filled(64), 32).describe(
            'Verbs, such as get, list, watch.',
          ),
        }),
        64,
      )
        .optional()
        .describe('What the pod’s own ServiceAccount may do in its namespace.'),
    })
    .optional()
    .describe('Rights of the pod in the cluster; none by default.'),
  podSpec: PodSettings.optional().describe(
    'How the pod is made: scheduling, resources, security, volumes, variables.',
  ),
};
