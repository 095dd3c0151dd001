import { z } from 'zod';
import { greenroomConfigConditions } from '../conditions/greenroomConfigConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { Budget } from '../schema/agentFields';
import { column } from '../schema/columns';
import { Proxy } from '../schema/network';
import { PodSettings } from '../schema/PodSettings';
import { SecretKeyRef } from '../schema/references';
import { keyedList, textMap } from '../schema/collections';
import {
  Duration,
  filled,
  HttpUrl,
  ImageName,
  integer,
  ObjectName,
  ShortName,
  text,
  Timestamp,
} from '../schema/scalars';
import { statusFields } from '../schema/status';
import { withRules } from '../schema/withRules';

const image = (what: string) =>
  ImageName.optional().describe(`Image of ${what}.`);

const OpenTelemetry = withRules(
  z.object({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether traces and metrics are sent.'),
    endpoint: HttpUrl.optional().describe('OTLP endpoint.'),
    protocol: z
      .enum(['http/protobuf', 'grpc'])
      .default('http/protobuf')
      .describe('How it is spoken to.'),
    headers: textMap(4096, 32)
      .optional()
      .describe('More headers. Secrets belong into headersSecretRef.'),
    headersSecretRef: SecretKeyRef.optional().describe(
      'Key of a Secret in the operator’s namespace with headers, as name=value by commas.',
    ),
    resourceAttributes: textMap(1024, 64)
      .optional()
      .describe('More attributes of everything sent.'),
    recordContent: z
      .boolean()
      .default(false)
      .describe('Whether prompts and answers are sent as well.'),
  }),
  [
    {
      rule: '!self.enabled || has(self.endpoint)',
      message: 'set endpoint, where traces are sent to',
      holds: it => !it.enabled || it.endpoint !== undefined,
    },
  ],
);

const Bus = withRules(
  z.object({
    type: z
      .enum(['direct', 'nats'])
      .default('direct')
      .describe(
        'What carries events from pods to the operator. nats is stored, but nothing acts on it yet.',
      ),
    url: text(2048)
      .regex(/^(nats|tls|ws|wss):\/\/[^\s]+$/)
      .optional()
      .describe('Address of NATS.'),
    subjectPrefix: z
      .string()
      .min(1)
      .max(63)
      .regex(/^[A-Za-z0-9_-]+$/)
      .default('greenroom')
      .describe('First part of every subject.'),
  }),
  [
    {
      rule: "has(self.url) == (self.type == 'nats')",
      message: 'set url exactly when type is nats',
      holds: bus => (bus.url !== undefined) === (bus.type === 'nats'),
    },
  ],
);

const Connect = z.object({
  url: text(2048)
    .regex(/^(wss|ws|https):\/\/[^\s]+$/)
    .describe('Address of the portal.'),
  enrollmentSecretRef: SecretKeyRef.optional().describe(
    'Key of a Secret in the operator’s namespace with the enrollment token.',
  ),
  labels: textMap(63, 32)
    .optional()
    .describe('Labels of this cluster in the portal.'),
});

const RedactionRule = z.object({
  name: ShortName.describe(
    'Names the rule; it stands in place of what was found.',
  ),
  pattern: filled(1024)
    .meta({ means: 'regex' })
    .describe(
      'Regular expression (RE2); what it matches is removed, or its first group.',
    ),
  description: text(512).optional().describe('What it finds.'),
});

/** Settings of Greenroom in a cluster. */
export const GreenroomConfig = defineKind({
  kind: 'GreenroomConfig',
  plural: 'greenroomconfigs',
  shortNames: ['grc'],
  scope: 'Cluster',
  acts: true,
  doc: 'Settings of Greenroom in a cluster. There is one, named `cluster`; changes take effect without a restart.',
  spec: z.object({
    clusterDomain: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
      .default('cluster.local')
      .describe('DNS domain of the cluster.'),
    allowLocalRepositories: z
      .boolean()
      .default(false)
      .describe(
        'Whether Git contexts may be file:// paths. Only for a cluster on a laptop.',
      ),
    images: z
      .object({
        operator: image('the operator'),
        sidecar: image('the sidecar'),
        contextTools: image(
          'the containers that write contexts and clone repositories',
        ),
        runtimeGreenroom: image('the runtime greenroom'),
        runtimeOpencode: image('the runtime opencode'),
        runtimeClaudeCode: image('the runtime claude-code'),
        runtimeMastra: image('the runtime mastra'),
        toolGateway: image('the gateway that wraps stdio tool servers'),
      })
      .optional()
      .describe('Images instead of those of the release.'),
    imagePullPolicy: z
      .enum(['Always', 'Never', 'IfNotPresent'])
      .default('IfNotPresent')
      .describe('When Greenroom’s own images are pulled.'),
    cleanup: z
      .object({
        ttlSecondsAfterFinished: integer(0, 31_536_000)
          .optional()
          .describe(
            'Seconds after its end when a Task, Session or Message is deleted; never by default.',
          ),
        maxRetainedTasks: integer(0, 1_000_000)
          .optional()
          .describe(
            'Most finished Tasks kept in a namespace; the oldest go first. All by default.',
          ),
        chunkTTL: Duration.default('1h').describe(
          'How long MessageChunks stay after the answer is complete.',
        ),
        notificationTTL: Duration.default('7d').describe(
          'How long Notifications stay.',
        ),
        approvalTTL: Duration.default('7d').describe(
          'How long decided Approvals stay.',
        ),
      })
      .optional()
      .describe('When finished objects are deleted.'),
    proxy: Proxy.optional().describe(
      'HTTP proxy of every pod whose Agent has none.',
    ),
    observability: z
      .object({
        openTelemetry: OpenTelemetry.optional().describe(
          'Traces and metrics by OpenTelemetry.',
        ),
      })
      .optional()
      .describe('What is sent about agents to systems that watch them.'),
    bus: Bus.optional().describe('What carries events.'),
    connect: Connect.optional().describe(
      'The portal this cluster connects to; none by default. Stored; nothing acts on it yet.',
    ),
    redaction: z
      .object({
        rules: keyedList(RedactionRule, ['name'], 128)
          .optional()
          .describe('Patterns beside the built-in ones.'),
      })
      .optional()
      .describe('What is removed from events beside known secrets.'),
    audit: z
      .object({
        onFull: z
          .enum(['Block', 'Gap'])
          .default('Block')
          .describe(
            'When the journal cannot take more: Block stops agents, Gap records that events are missing.',
          ),
      })
      .optional()
      .describe('How strict the record is.'),
    defaults: z
      .object({
        budget: Budget.optional().describe(
          'Budget of agents that have none, field by field.',
        ),
        policy: z
          .enum(['Allow', 'Deny'])
          .default('Allow')
          .describe('What counts where no rule of a Policy matches.'),
        podSpec: PodSettings.optional().describe(
          'Pod settings below those of templates and agents.',
        ),
        model: ObjectName.optional().describe(
          'Model of agents that name none, in their namespace.',
        ),
      })
      .optional()
      .describe('What holds where an Agent says nothing.'),
  }),
  objectRules: [
    {
      rule: "self.metadata.name == 'cluster'",
      message: 'there is one GreenroomConfig, named cluster',
      fieldPath: '.metadata.name',
      holds: object => object.metadata?.name === 'cluster',
    },
  ],
  status: z.object({
    ...statusFields,
    appliedAt: Timestamp.optional().describe('When the operator took it up.'),
  }),
  columns: [
    column.condition('Ready'),
    column.of('Bus', '.spec.bus.type'),
    column.of('Portal', '.spec.connect.url', { wide: true }),
    column.age,
  ],
  conditions: greenroomConfigConditions,
});
export type GreenroomConfig = KindOf<typeof GreenroomConfig>;
export type GreenroomConfigDraft = DraftOf<typeof GreenroomConfig>;
