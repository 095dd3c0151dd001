import { z } from 'zod';
import { LocalRef } from './references';
import { setOf } from './collections';
import { Duration, integer, text } from './scalars';
import { MountPath } from './paths';
import { withRules } from './withRules';

/** Where a Git repository is: `https`, `ssh`, `user@host:path`, or `file` where local repositories are allowed. Never with a password. */
export const GitRepository = withRules(
  z
    .string()
    .min(1)
    .max(1024)
    .regex(
      /^(https:\/\/[^\s@/]+\/[^\s]*|ssh:\/\/[^\s:@/]+(@[^\s@/]+)?\/[^\s]*|[A-Za-z0-9._-]+@[A-Za-z0-9._-]+:[^\s]+|file:\/\/\/[^\s]*)$/,
    ),
  [
    {
      rule: "!self.matches('^[a-z]+://[^/]*:[^/]*@') && !self.matches('^https?://[^/]*@')",
      message: 'must not hold a password or token; use secretRef',
      holds: url =>
        !/^[a-z]+:\/\/[^/]*:[^/]*@/.test(url) &&
        !/^https?:\/\/[^/]*@/.test(url),
    },
    {
      rule: "self.matches('^(https|ssh|file)://') || self.matches('^[^/]+@[^/]+:')",
      message:
        'write https://host/path, ssh://user@host/path, user@host:path or file:///path',
      holds: url =>
        /^(https|ssh|file):\/\//.test(url) || /^[^/]+@[^/]+:/.test(url),
    },
  ],
);

const gitFields = {
  repository: GitRepository.describe(
    'https://host/path, ssh://user@host/path, user@host:path, or file:///path where GreenroomConfig.allowLocalRepositories is true.',
  ),
  ref: text(256).min(1).default('HEAD').describe('Branch, tag or commit.'),
  path: MountPath.optional().describe(
    'Folder or file inside the repository; the whole repository by default.',
  ),
  depth: integer(0, 1_000_000)
    .default(1)
    .describe('How many commits of history to fetch; 0 fetches all.'),
  recurseSubmodules: z
    .boolean()
    .default(false)
    .describe('Whether to fetch submodules as well.'),
  secretRef: LocalRef.optional().describe(
    'Secret with `username` and `password`, or `token`, or `ssh-privatekey` with `known_hosts`.',
  ),
};

/** A repository that a context brings into the workspace. */
export const GitContext = z.object({
  ...gitFields,
  sync: z
    .object({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether to follow the repository.'),
      interval: Duration.default('5m').describe(
        'How often to look for a new commit; at least 10s.',
      ),
      policy: z
        .enum(['HotReload', 'Rollout'])
        .default('HotReload')
        .describe(
          'HotReload brings a new commit into the running pod; Rollout starts a new pod when no task is active.',
        ),
    })
    .optional()
    .describe(
      'How the clone follows the repository. Only for contexts of an Agent.',
    ),
});

/** A repository with skills. */
export const GitSkills = z.object({
  ...gitFields,
  names: setOf(
    z
      .string()
      .min(1)
      .max(253)
      .regex(/^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/),
    128,
  )
    .optional()
    .describe('Folders with a SKILL.md to take; all of them by default.'),
});
