import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSkills } from './findSkills';
import { parseSkill } from './parseSkill';

let folder: string;
const skill = (name: string, text: string) => {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'SKILL.md'), text);
};
const good = (name: string) =>
  `---\nname: ${name}\ndescription: Reviews code.\n---\n\n# How\n`;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'greenroom-skills-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('skills', () => {
  it('are the folders with a SKILL.md, or those that were asked for', async () => {
    skill('review', good('review'));
    skill('write', good('write'));
    mkdirSync(join(folder, 'docs'));
    expect((await findSkills(folder, [])).map(({ name }) => name)).toEqual([
      'review',
      'write',
    ]);
    expect(await findSkills(folder, ['write'])).toEqual([
      {
        name: 'write',
        description: 'Reviews code.',
        folder: join(folder, 'write'),
      },
    ]);
  });

  it('that are missing or wrong are named, all of them', async () => {
    skill('bad', 'no front matter');
    await expect(findSkills(folder, ['bad', 'gone'])).rejects.toThrow(
      'Skills cannot be used: "bad": SKILL.md does not begin with front matter. Begin it with --- and name and description.; "gone": there is no gone/SKILL.md.',
    );
    rmSync(join(folder, 'bad'), { recursive: true });
    await expect(findSkills(folder, [])).rejects.toThrow(
      'no folder holds a SKILL.md',
    );
  });

  it.each([
    ['---\nname: other\ndescription: x\n---\n', 'lies in the folder "review"'],
    ['---\nname: Review\ndescription: x\n---\n', 'needs a "name"'],
    ['---\nname: review\n---\n', 'needs a "description"'],
    ['---\nname: review\ndescription: ""\n---\n', 'needs a "description"'],
    ['---\n: : [\n---\n', 'is not YAML'],
    ['---\n- a list\n---\n', 'needs a "name"'],
  ])('are refused with front matter %j', (text, words) => {
    expect(parseSkill(text, 'review')).toMatchObject({
      refused: expect.stringContaining(words),
    });
  });
});
