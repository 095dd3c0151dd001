import { z } from 'zod';
import { registryConditions } from '../conditions/registryConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { GitRepository } from '../schema/git';
import { MountPath } from '../schema/paths';
import { LocalRef } from '../schema/references';
import { keyedList, list, RawObject } from '../schema/collections';
import {
  Duration,
  EntityRef,
  filled,
  HttpUrl,
  ImageName,
  ShortName,
  text,
  Timestamp,
} from '../schema/scalars';
import { Count, statusFields } from '../schema/status';
import { withRules } from '../schema/withRules';

const entryFields = {
  name: ShortName.describe('Name of the entry.'),
  title: text(256).optional().describe('Title for people.'),
  description: text(4096).optional().describe('What it is, in Markdown.'),
  version: text(128)
    .optional()
    .describe('Version, range or tag to offer; the newest by default.'),
  publisher: text(256).optional().describe('Who publishes it.'),
  owner: EntityRef.optional().describe(
    'Catalog entity that answers for it here.',
  ),
  tags: list(filled(63), 32).optional().describe('Words to find it by.'),
  homepage: HttpUrl.optional().describe('Where to read more.'),
  icon: HttpUrl.optional().describe('A picture of it.'),
  license: text(128).optional().describe('Its licence, as an SPDX expression.'),
  signature: z
    .object({
      keyRef: LocalRef.optional().describe('Secret with the public key.'),
      identity: text(512).optional().describe('Who must have signed it.'),
      issuer: text(512).optional().describe('Who vouches for that identity.'),
      value: text(8192)
        .optional()
        .describe('The signature, where it does not lie beside the entry.'),
    })
    .optional()
    .describe('How it is signed. Recorded; not verified yet.'),
  secretRef: LocalRef.optional().describe(
    'Secret to read it with, where it is private.',
  ),
};

const AgentEntry = withRules(
  z.object({
    ...entryFields,
    templateRef: LocalRef.optional().describe(
      'AgentTemplate in the same namespace.',
    ),
    git: z
      .object({
        repository: GitRepository.describe('Repository with the manifest.'),
        ref: text(256)
          .min(1)
          .default('HEAD')
          .describe('Branch, tag or commit.'),
        path: MountPath.optional().describe('File of the manifest.'),
      })
      .optional()
      .describe('AgentTemplate in a Git repository.'),
  }),
  [
    {
      rule: 'has(self.templateRef) != has(self.git)',
      message: 'set exactly one of templateRef and git',
      holds: entry =>
        (entry.templateRef !== undefined) !== (entry.git !== undefined),
    },
  ],
);

const McpServerEntry = withRules(
  z.object({
    ...entryFields,
    server: RawObject.optional().describe(
      'Entry of the MCP registry (server.json), as it is.',
    ),
    url: HttpUrl.optional().describe('Address of a remote server.'),
    image: ImageName.optional().describe('Image of a server to run.'),
    package: text(214)
      .min(1)
      .optional()
      .describe('npm package of a server to run.'),
  }),
  [
    {
      rule: '(has(self.server) ? 1 : 0) + (has(self.url) ? 1 : 0) + (has(self.image) ? 1 : 0) + (has(self.package) ? 1 : 0) == 1',
      message: 'set exactly one of server, url, image and package',
      holds: entry =>
        [entry.server, entry.url, entry.image, entry.package].filter(
          value => value !== undefined,
        ).length === 1,
    },
  ],
);

/** Where an entry of a Registry was found, and in which version. */
const EntryStatus = z.object({
  kind: z
    .enum(['image', 'skill', 'plugin', 'mcpServer', 'agent'])
    .describe('Which list it is in.'),
  name: ShortName.describe('Name of the entry.'),
  phase: z
    .enum(['Pending', 'Available', 'Unavailable', 'Invalid'])
    .describe('Whether it can be had.'),
  resolvedVersion: text(256).optional().describe('Version that was found.'),
  digest: text(128).optional().describe('Digest or commit of that version.'),
  lastChecked: Timestamp.optional().describe('When it was last asked for.'),
  message: text(1024).optional().describe('Why, in words, and what to do.'),
});

/** A catalogue of what agents are made of. */
export const Registry = defineKind({
  kind: 'Registry',
  plural: 'registries',
  shortNames: ['reg'],
  scope: 'Namespaced',
  acts: true,
  doc: 'A catalogue of images, skills, plugins, MCP servers and agents, each checked where it really is.',
  spec: z.object({
    checkInterval: Duration.default('1h').describe(
      'How often entries are checked; at least 1m.',
    ),
    images: keyedList(
      z.object({
        ...entryFields,
        image: ImageName.describe('Reference of the image.'),
      }),
      ['name'],
      128,
    )
      .optional()
      .describe('Images to run agents in.'),
    skills: keyedList(
      z.object({
        ...entryFields,
        git: z
          .object({
            repository: GitRepository.describe('The repository.'),
            ref: text(256)
              .min(1)
              .default('HEAD')
              .describe('Branch, tag or commit.'),
            path: MountPath.optional().describe('Folder of the skill.'),
          })
          .describe('Where the skill is.'),
      }),
      ['name'],
      128,
    )
      .optional()
      .describe('Skills.'),
    plugins: keyedList(
      z.object({
        ...entryFields,
        package: filled(214).describe('Name of the npm package.'),
        registryURL: HttpUrl.optional().describe(
          'npm registry; https://registry.npmjs.org by default.',
        ),
      }),
      ['name'],
      128,
    )
      .optional()
      .describe('Plugins of runtimes.'),
    mcpServers: keyedList(McpServerEntry, ['name'], 128)
      .optional()
      .describe('MCP servers.'),
    agents: keyedList(AgentEntry, ['name'], 128).optional().describe('Agents.'),
  }),
  status: z.object({
    ...statusFields,
    entries: keyedList(EntryStatus, ['kind', 'name'], 640)
      .optional()
      .describe('State of each entry.'),
    summary: z
      .object({
        total: Count.describe('All entries.'),
        available: Count.describe('Entries that can be had.'),
        unavailable: Count.describe('Entries that cannot.'),
        pending: Count.describe('Entries not checked yet.'),
      })
      .optional()
      .describe('Counts.'),
    lastChecked: Timestamp.optional().describe(
      'When all entries were last checked.',
    ),
  }),
  columns: [
    column.of('Total', '.status.summary.total', { type: 'integer' }),
    column.of('Available', '.status.summary.available', { type: 'integer' }),
    column.condition('Ready'),
    column.of('Checked', '.status.lastChecked', { type: 'date' }),
    column.age,
  ],
  conditions: registryConditions,
});
export type Registry = KindOf<typeof Registry>;
export type RegistryDraft = DraftOf<typeof Registry>;
