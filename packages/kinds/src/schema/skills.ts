import { z } from 'zod';
import { GitSkills } from './git';
import { MountPath } from './paths';
import { LocalRef } from './references';
import { keyedList, RawObject } from './collections';
import { filled, ImageName, ShortName } from './scalars';
import { withRules } from './withRules';

const SkillObject = z.object({
  name: ShortName.describe('Names the source; its folder in the pod.'),
  git: GitSkills.optional().describe(
    'A Git repository with folders that hold a SKILL.md.',
  ),
  oci: z
    .object({
      image: ImageName.describe('Reference of the OCI artifact.'),
      path: MountPath.optional().describe('Folder inside the artifact.'),
      secretRef: LocalRef.optional().describe(
        'Pull secret, type kubernetes.io/dockerconfigjson.',
      ),
    })
    .optional()
    .describe(
      'An OCI artifact with folders that hold a SKILL.md. Stored; nothing acts on it yet.',
    ),
});

/** A source of skills: folders with a SKILL.md, made known to the runtime. */
export const Skill = withRules(SkillObject, [
  {
    rule: 'has(self.git) != has(self.oci)',
    message: 'set exactly one of git and oci',
    holds: skill => (skill.git !== undefined) !== (skill.oci !== undefined),
  },
]);
export type Skill = z.output<typeof Skill>;

/** The skills of an Agent or AgentTemplate. */
export const Skills = keyedList(Skill, ['name'], 32);

/** The plugins of an Agent or AgentTemplate, for runtimes that have them. */
export const Plugins = keyedList(
  z.object({
    name: filled(214).describe(
      'Package of the plugin, as the runtime’s installer takes it.',
    ),
    target: z
      .enum(['server', 'tui'])
      .default('server')
      .describe('The part of the runtime that loads it.'),
    options: RawObject.optional().describe(
      'Options handed to the plugin as they are.',
    ),
  }),
  ['name'],
  32,
);
