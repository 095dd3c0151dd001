import { parse } from 'yaml';

/** A skill's front matter: how a runtime decides when to use it. */
export interface Skill {
  name: string;
  description: string;
}

/** Limits of the published SKILL.md format. */
const LONGEST_NAME = 64;
const LONGEST_DESCRIPTION = 1_024;
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * Reads the front matter of a `SKILL.md`.
 *
 * @param folder name of the skill's folder, which its name must equal
 * @returns the skill, or the sentence that refuses it
 */
export function parseSkill(
  text: string,
  folder: string,
): Skill | { refused: string } {
  const match = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---(\r?\n|$)/.exec(text);
  if (!match)
    return {
      refused:
        'SKILL.md does not begin with front matter. Begin it with --- and name and description.',
    };
  let matter: unknown;
  try {
    matter = parse(match[1], { maxAliasCount: 10 });
  } catch (error) {
    return {
      refused: `the front matter of SKILL.md is not YAML: ${
        (error as Error).message.split('\n')[0]
      }`,
    };
  }
  const { name, description } = (
    typeof matter === 'object' && matter ? matter : {}
  ) as Record<string, unknown>;
  if (
    typeof name !== 'string' ||
    name.length > LONGEST_NAME ||
    !NAME.test(name)
  ) {
    return {
      refused: `the front matter of SKILL.md needs a "name" of at most ${LONGEST_NAME} lower-case letters, digits and single "-".`,
    };
  }
  if (name !== folder)
    return {
      refused: `the skill is named "${name}" but lies in the folder "${folder}". Let both be the same.`,
    };
  if (
    typeof description !== 'string' ||
    description.trim() === '' ||
    description.length > LONGEST_DESCRIPTION
  ) {
    return {
      refused: `the front matter of SKILL.md needs a "description" of 1 to ${LONGEST_DESCRIPTION} characters.`,
    };
  }
  return { name, description: description.trim() };
}
