import { z } from 'zod';
import { GitContext } from './git';
import { FileMode, MountPath } from './paths';
import { LocalRef } from './references';
import { keyedList, textMap } from './collections';
import {
  DataKey,
  Duration,
  HttpUrl,
  ObjectName,
  ShortName,
  text,
} from './scalars';
import { withRules } from './withRules';

const ConfigMapContext = z.object({
  name: ObjectName.describe('Name of the ConfigMap.'),
  key: DataKey.optional().describe('One key; without it, all keys, sorted.'),
  optional: z
    .boolean()
    .default(false)
    .describe('Whether a missing ConfigMap or key counts as empty.'),
});

const UrlContext = z.object({
  source: HttpUrl.describe('What to fetch, at most 10 MiB.'),
  headers: textMap(4096, 32)
    .optional()
    .describe('Request headers. Secrets belong into secretRef.'),
  secretRef: LocalRef.optional().describe(
    'Secret with `token` (sent as Bearer), or with `username` and `password` (sent as Basic).',
  ),
  insecureSkipTLSVerify: z
    .boolean()
    .default(false)
    .describe('Whether to accept any certificate. Prefer caBundle.'),
  timeout: Duration.default('30s').describe(
    'Longest time for the whole fetch.',
  ),
});

const ContextItemObject = z.object({
  name: ShortName.describe(
    'Names the item in the context given to the agent; an item of a Task replaces the Agent’s item of the same name.',
  ),
  description: text(1024).optional().describe('What it is, for people.'),
  type: z
    .enum(['Text', 'ConfigMap', 'Git', 'Runtime', 'URL'])
    .describe(
      'Where the content comes from. Runtime is a short description of the place the agent runs in.',
    ),
  mountPath: MountPath.optional().describe(
    'File or folder it becomes, relative to the workspace or absolute. Without it, the content becomes part of context.md.',
  ),
  fileMode: FileMode.optional().describe(
    'Permission bits of the file, 420 (0644) by default.',
  ),
  text: text(131_072).optional().describe('The content, for type Text.'),
  configMap: ConfigMapContext.optional().describe(
    'The ConfigMap, for type ConfigMap.',
  ),
  git: GitContext.optional().describe('The repository, for type Git.'),
  runtime: z
    .object({})
    .optional()
    .describe('No settings; may be left out for type Runtime.'),
  url: UrlContext.optional().describe('The address, for type URL.'),
});

/** Something an agent is given to know or to work on. */
export const ContextItem = withRules(ContextItemObject, [
  {
    rule: "has(self.text) == (self.type == 'Text')",
    message: 'set text exactly when type is Text',
    holds: item => (item.text !== undefined) === (item.type === 'Text'),
  },
  {
    rule: "has(self.configMap) == (self.type == 'ConfigMap')",
    message: 'set configMap exactly when type is ConfigMap',
    holds: item =>
      (item.configMap !== undefined) === (item.type === 'ConfigMap'),
  },
  {
    rule: "has(self.git) == (self.type == 'Git')",
    message: 'set git exactly when type is Git',
    holds: item => (item.git !== undefined) === (item.type === 'Git'),
  },
  {
    rule: "has(self.url) == (self.type == 'URL')",
    message: 'set url exactly when type is URL',
    holds: item => (item.url !== undefined) === (item.type === 'URL'),
  },
  {
    rule: "!has(self.runtime) || self.type == 'Runtime'",
    message: 'set runtime only when type is Runtime',
    holds: item => item.runtime === undefined || item.type === 'Runtime',
  },
  {
    rule: "self.type != 'Git' || has(self.mountPath)",
    message: 'a Git context needs mountPath, the folder it is cloned to',
    holds: item => item.type !== 'Git' || item.mountPath !== undefined,
  },
  {
    rule: "self.type != 'Runtime' || !has(self.mountPath)",
    message:
      'a Runtime context has no mountPath; it becomes part of context.md',
    holds: item => item.type !== 'Runtime' || item.mountPath === undefined,
  },
]);
export type ContextItem = z.output<typeof ContextItem>;

/** The contexts of an Agent, AgentTemplate or Task. */
export const Contexts = keyedList(ContextItem, ['name'], 64);
