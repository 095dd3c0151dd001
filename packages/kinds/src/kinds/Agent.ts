import { z } from 'zod';
import { agentConditions } from '../conditions/agentConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { agentFields } from '../schema/agentFields';
import { column } from '../schema/columns';
import { LocalRef } from '../schema/references';
import { keyedList, setOf } from '../schema/collections';
import {
  Duration,
  integer,
  ObjectName,
  Port,
  Quantity,
  ShortName,
  text,
  Timestamp,
} from '../schema/scalars';
import { Count, statusFields, Usage } from '../schema/status';
import { withRules } from '../schema/withRules';

const volume = (size: string) =>
  z.object({
    storageClassName: ObjectName.optional().describe(
      'StorageClass; the cluster’s default by default.',
    ),
    size: Quantity.default(size).describe('Size of the volume.'),
  });

const WarmPool = withRules(
  z.object({
    min: integer(0, 100).default(0).describe('Pods kept ready.'),
    max: integer(1, 100).default(1).describe('Most pods kept ready.'),
  }),
  [
    {
      rule: 'self.min <= self.max',
      message: 'min must not be greater than max',
      holds: pool => pool.min <= pool.max,
    },
  ],
);

const GitSyncStatus = z.object({
  name: ShortName.describe('Name of the context.'),
  commit: text(64).optional().describe('Commit the agent sees.'),
  observedCommit: text(64)
    .optional()
    .describe('Newest commit of the repository.'),
  phase: z
    .enum(['Pending', 'Synced', 'Waiting', 'Failed'])
    .describe('How far it is.'),
  lastSyncTime: Timestamp.optional().describe(
    'When the agent last got a new commit.',
  ),
  lastCheckTime: Timestamp.optional().describe(
    'When the repository was last asked.',
  ),
  message: text(1024).optional().describe('Why, in words.'),
});

const ToolState = z.object({
  ref: ObjectName.describe('Name of the Tool.'),
  state: z
    .enum(['Pending', 'Ready', 'Unavailable', 'Drifted', 'Missing'])
    .describe('Whether the agent can use it.'),
  functions: Count.optional().describe('Functions of it the agent may call.'),
  message: text(1024).optional().describe('Why, in words.'),
});

/** A configured AI agent. */
export const Agent = defineKind({
  kind: 'Agent',
  plural: 'agents',
  shortNames: ['agt'],
  scope: 'Namespaced',
  acts: true,
  doc: 'A configured AI agent: live, with a Deployment of its own, ready for tasks, sessions and messages; or suspended until it is needed.',
  spec: z.object({
    templateRef: LocalRef.optional().describe(
      'AgentTemplate whose settings hold where this Agent has none.',
    ),
    profile: text(512)
      .optional()
      .describe('What the agent is for, in a sentence for people.'),
    ...agentFields,
    port: Port.default(4096).describe('Port of the agent’s Service.'),
    persistence: z
      .object({
        sessions: volume('1Gi')
          .optional()
          .describe('Volume for the runtime’s sessions.'),
        workspace: volume('10Gi')
          .optional()
          .describe('Volume for the workspace.'),
      })
      .optional()
      .describe('Volumes that outlive the pod; without them, nothing does.'),
    suspend: z
      .boolean()
      .default(false)
      .describe('Whether the agent is stopped; work for it waits.'),
    standby: z
      .object({
        idleTimeout: Duration.describe(
          'Idle time after which the agent is stopped until it is needed.',
        ),
      })
      .optional()
      .describe('Stops the agent while nobody needs it; work wakes it.'),
    warmPool: WarmPool.optional().describe(
      'Pods kept ready for sessions of their own. Stored; nothing acts on it yet.',
    ),
    share: z
      .object({
        enabled: z.boolean().describe('Whether the link works.'),
        expiresAt: Timestamp.optional().describe(
          'When the link ends; never by default.',
        ),
        allowedIPs: setOf(text(64).min(2).meta({ means: 'cidr' }), 64)
          .optional()
          .describe(
            'Addresses or networks (CIDR) that may use the link; all by default.',
          ),
      })
      .optional()
      .describe(
        'A link by which people without an account reach the agent. Stored; nothing acts on it yet.',
      ),
  }),
  status: z.object({
    ...statusFields,
    phase: z
      .enum([
        'Pending',
        'Starting',
        'Ready',
        'Idle',
        'Suspended',
        'Degraded',
        'Failed',
      ])
      .optional()
      .describe('Where the agent is in its life.'),
    ready: z.boolean().optional().describe('Whether it can take work now.'),
    url: text(2048).optional().describe('Address of its Service.'),
    deploymentName: text(253).optional().describe('Name of its Deployment.'),
    serviceName: text(253).optional().describe('Name of its Service.'),
    activeTasks: Count.optional().describe('Tasks at work.'),
    queuedTasks: Count.optional().describe('Tasks that wait.'),
    idleSince: Timestamp.optional().describe(
      'Since when it has nothing to do.',
    ),
    suspendedBy: z
      .enum(['User', 'Standby', 'Budget'])
      .optional()
      .describe('Who suspended it.'),
    taskStarts: z
      .array(Timestamp)
      .max(10_000)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe('Starts of Tasks within the quota’s window.'),
    gitSync: keyedList(GitSyncStatus, ['name'], 64)
      .optional()
      .describe('Repositories the agent follows.'),
    share: z
      .object({
        active: z.boolean().describe('Whether the link works now.'),
        secretName: text(253)
          .optional()
          .describe('Secret that holds the token of the link.'),
        url: text(2048)
          .optional()
          .describe('Address of the page, without the token.'),
      })
      .optional()
      .describe('The link for people without an account.'),
    tools: keyedList(ToolState, ['ref'], 64)
      .optional()
      .describe('Tools the agent has, and whether they work.'),
    usage: z
      .object({
        window: z
          .enum(['Session', 'Day', 'Month'])
          .optional()
          .describe('Window of the budget.'),
        windowStart: Timestamp.optional().describe(
          'When the present window began.',
        ),
        current: Usage.optional().describe('Used in the present window.'),
        total: Usage.optional().describe('Used since the agent was made.'),
      })
      .optional()
      .describe('What the agent used.'),
  }),
  columns: [
    column.phase,
    column.condition('Ready'),
    column.of('Template', '.spec.templateRef.name'),
    column.of('Active', '.status.activeTasks', { type: 'integer' }),
    column.of('Queued', '.status.queuedTasks', { type: 'integer' }),
    column.reasonOf('Ready', { wide: true }),
    column.of('Profile', '.spec.profile', { wide: true }),
    column.age,
  ],
  conditions: agentConditions,
});
export type Agent = KindOf<typeof Agent>;
export type AgentDraft = DraftOf<typeof Agent>;
