import { planCheckout, type PlannedCheckoutOutcome } from './planCheckout';
import type { SkillSource } from './ResolvedContextItem';

/** A DNS label, as the kinds ask of a skill source's name; it becomes a folder. */
const SOURCE_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The folder inside the workspace that a source's skills lie in, each in a folder of its own. */
export function skillsFolder(source: string): string {
  return `.greenroom/skills/${source}`;
}

/** The checkout that brings one source's skills into the workspace. */
export function planSkillCheckout({
  name,
  git,
}: SkillSource): PlannedCheckoutOutcome {
  if (!SOURCE_NAME.test(name)) {
    return {
      refused: `Skill source "${name}" needs a name of at most 63 lower-case letters, digits and "-".`,
    };
  }
  if (!git) {
    return {
      refused: `Skill source "${name}" names no Git repository. Set git.repository; other sources are not supported yet.`,
    };
  }
  const planned = planCheckout(`skills/${name}`, git, {
    root: 'workspace',
    path: skillsFolder(name),
  });
  if ('refused' in planned) return planned;
  return {
    checkout: {
      ...planned.checkout,
      skills: { source: name, names: git.names ?? [] },
    },
  };
}
