import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSkill, type Skill } from './parseSkill';

/** A checked skill and the folder it lies in. */
export interface FoundSkill extends Skill {
  /** Absolute path. */
  folder: string;
}

/** A skill that was asked for cannot be used; the message names each. */
export class InvalidSkillsError extends Error {
  readonly name = 'InvalidSkillsError';
}

/** A `SKILL.md` is instructions, not a book. */
const LARGEST_SKILL_BYTES = 256 * 1024;

/**
 * Finds and checks the skills of a source.
 *
 * @param folder where the source was checked out: each skill a folder in it, or the folder itself one skill
 * @param names the skills asked for; all when empty
 * @throws {@link InvalidSkillsError}
 */
export async function findSkills(
  folder: string,
  names: readonly string[],
): Promise<FoundSkill[]> {
  const candidates =
    names.length > 0
      ? [...names]
      : (await readdir(folder)).filter(name => !name.startsWith('.')).sort();
  const found: FoundSkill[] = [];
  const problems: string[] = [];
  for (const name of candidates) {
    const path = join(folder, name, 'SKILL.md');
    const size = await stat(path).then(
      ({ size: bytes }) => bytes,
      () => undefined,
    );
    if (size === undefined) {
      if (names.length > 0)
        problems.push(`"${name}": there is no ${name}/SKILL.md`);
      continue;
    }
    if (size > LARGEST_SKILL_BYTES) {
      problems.push(`"${name}": SKILL.md is larger than 256 KiB`);
      continue;
    }
    const skill = parseSkill(await readFile(path, 'utf8'), name);
    if ('refused' in skill) problems.push(`"${name}": ${skill.refused}`);
    else found.push({ ...skill, folder: join(folder, name) });
  }
  if (found.length === 0 && problems.length === 0)
    problems.push('no folder holds a SKILL.md');
  if (problems.length > 0)
    throw new InvalidSkillsError(
      `Skills cannot be used: ${problems.join('; ')}.`,
    );
  return found;
}
