import { z } from 'zod';
import { toolConditions } from '../conditions/toolConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { EnvVar, Resources } from '../schema/kubernetes/container';
import { LocalRef, SecretKeyRef } from '../schema/references';
import {
  keyedList,
  list,
  RawObject,
  setOf,
  textMap,
} from '../schema/collections';
import {
  Digest,
  Duration,
  filled,
  HttpUrl,
  ImageName,
  Port,
  text,
  Timestamp,
} from '../schema/scalars';
import { statusFields } from '../schema/status';
import { withRules } from '../schema/withRules';

const ToolServer = z.object({
  image: ImageName.describe('Image of the server.'),
  command: list(text(4096), 64)
    .optional()
    .describe('Command instead of the image’s own.'),
  args: list(text(4096), 64).optional().describe('Arguments.'),
  env: keyedList(EnvVar, ['name'], 64).optional().describe('Variables.'),
  transport: z
    .enum(['stdio', 'streamable-http', 'sse'])
    .default('streamable-http')
    .describe('What it speaks; stdio is wrapped by our gateway.'),
  port: Port.default(8080).describe('Port it listens on.'),
  path: text(1024)
    .regex(/^\/[^\s]*$/)
    .default('/mcp')
    .describe('Path of its endpoint.'),
  resources: Resources.optional().describe('Requests and limits.'),
  perSession: z
    .boolean()
    .default(false)
    .describe('Whether each session gets a server of its own.'),
  imagePullSecrets: keyedList(LocalRef, ['name'], 16)
    .optional()
    .describe('Secrets to pull the image with.'),
});

const RemoteAuth = withRules(
  z.object({
    type: z
      .enum(['None', 'Bearer', 'Basic', 'Header'])
      .describe('How the secret is sent.'),
    header: filled(128)
      .optional()
      .describe('Name of the header, for type Header.'),
  }),
  [
    {
      rule: "has(self.header) == (self.type == 'Header')",
      message: 'set header exactly when type is Header',
      holds: auth => (auth.header !== undefined) === (auth.type === 'Header'),
    },
  ],
);

const ToolRemote = withRules(
  z.object({
    url: HttpUrl.describe('Address of the server.'),
    transport: z
      .enum(['streamable-http', 'sse'])
      .default('streamable-http')
      .describe('What it speaks.'),
    headers: textMap(4096, 32)
      .optional()
      .describe('More headers. Secrets belong into secretRef.'),
    secretRef: SecretKeyRef.optional().describe(
      'Secret that is sent as auth says; it stays in the sidecar.',
    ),
    auth: RemoteAuth.optional().describe(
      'How the secret is sent; as Bearer by default.',
    ),
  }),
  [
    {
      rule: "!has(self.auth) || (self.auth.type == 'None') != has(self.secretRef)",
      message: 'set secretRef exactly when auth.type is not None',
      holds: remote =>
        remote.auth === undefined ||
        (remote.auth.type === 'None') !== (remote.secretRef !== undefined),
    },
  ],
);

const ToolConnection = withRules(
  z.object({
    type: z
      .enum([
        'postgres',
        'mysql',
        'redis',
        'mongodb',
        'http',
        'ssh',
        'kubernetes',
      ])
      .describe('What is connected to.'),
    hostname: filled(253)
      .optional()
      .describe('Host; may be left out for kubernetes.'),
    port: Port.optional().describe(
      'Port; the usual one of the type by default.',
    ),
    username: text(253).optional().describe('User.'),
    databaseName: text(253).optional().describe('Database.'),
    sslMode: z
      .enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'])
      .optional()
      .describe(
        'How the connection is secured; verify-full where the type can, by default.',
      ),
    credentialsRef: LocalRef.optional().describe(
      'Secret with `username`, `password` or `ssh-privatekey`.',
    ),
    permissions: setOf(filled(128), 64)
      .optional()
      .describe('What may be done beyond reading.'),
    idleTimeout: Duration.default('15m').describe(
      'Idle time after which the bastion is removed.',
    ),
    options: RawObject.optional().describe('More settings of the type.'),
  }),
  [
    {
      rule: "self.type == 'kubernetes' || has(self.hostname)",
      message: 'set hostname, the host to connect to',
      holds: it => it.type === 'kubernetes' || it.hostname !== undefined,
    },
  ],
);

/** A tool server or a typed connection. */
export const Tool = defineKind({
  kind: 'Tool',
  plural: 'tools',
  shortNames: ['tl'],
  scope: 'Namespaced',
  acts: true,
  doc: 'A tool server or a typed connection, which agents use through their sidecar. Connections are stored, but nothing acts on them yet.',
  spec: z.object({
    description: text(1024)
      .optional()
      .describe('What it is for, for people and models.'),
    server: ToolServer.optional().describe(
      'A server that Greenroom runs. Exactly one of server, remote and connection.',
    ),
    remote: ToolRemote.optional().describe(
      'A server elsewhere. Exactly one of server, remote and connection.',
    ),
    connection: ToolConnection.optional().describe(
      'A system that a bastion connects to. Exactly one of server, remote and connection. Stored; nothing acts on it yet.',
    ),
    probe: z
      .object({
        interval: Duration.default('1m').describe('How often; at least 10s.'),
        timeout: Duration.default('10s').describe(
          'Longest wait for an answer.',
        ),
      })
      .optional()
      .describe(
        'How its health is found out: a real connection that lists its functions.',
      ),
    callTimeout: Duration.default('2m').describe('Longest time of one call.'),
  }),
  rules: [
    {
      rule: '(has(self.server) ? 1 : 0) + (has(self.remote) ? 1 : 0) + (has(self.connection) ? 1 : 0) == 1',
      message: 'set exactly one of server, remote and connection',
      holds: spec =>
        [spec.server, spec.remote, spec.connection].filter(Boolean).length ===
        1,
    },
  ],
  status: z.object({
    ...statusFields,
    phase: z
      .enum(['Pending', 'Ready', 'Unavailable', 'Drifted'])
      .optional()
      .describe('Whether it can be used.'),
    url: text(2048).optional().describe('Where sidecars reach it.'),
    tools: keyedList(
      z.object({
        name: filled(253).describe('Name of the function.'),
        description: text(4096).optional().describe('What it says it does.'),
        digest: Digest.describe('Digest of its whole definition.'),
        observedDigest: Digest.optional().describe(
          'Digest seen last, where it differs from the approved one.',
        ),
        drifted: z
          .boolean()
          .optional()
          .describe('Whether it changed after it was approved.'),
      }),
      ['name'],
      512,
    )
      .optional()
      .describe('Its functions, as they were approved.'),
    pinnedAt: Timestamp.optional().describe(
      'When its functions were approved.',
    ),
    lastProbe: Timestamp.optional().describe('When it was last asked.'),
    serverInfo: z
      .object({
        name: text(253).optional().describe('Name it gives itself.'),
        version: text(128).optional().describe('Version it gives itself.'),
        protocolVersion: text(32)
          .optional()
          .describe('Revision of MCP that was agreed on.'),
      })
      .optional()
      .describe('What it says about itself.'),
  }),
  columns: [
    column.phase,
    column.of('URL', '.status.url'),
    column.of('Probed', '.status.lastProbe', { type: 'date' }),
    column.reasonOf('Ready', { wide: true }),
    column.age,
  ],
  conditions: toolConditions,
});
export type Tool = KindOf<typeof Tool>;
export type ToolDraft = DraftOf<typeof Tool>;
