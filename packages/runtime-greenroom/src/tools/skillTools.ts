import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SessionContext } from '../sessions/SessionContext';
import { defineTool, type AgentTool } from './AgentTool';

/** A skill that the agent has: a folder with a SKILL.md. */
export interface Skill {
  name: string;
  description: string;
  folder: string;
  text: string;
}

/** Reads the session's skills; one whose SKILL.md cannot be read is left out with a sentence why. */
export async function readSkills(
  session: SessionContext,
): Promise<{ skills: Skill[]; problems: string[] }> {
  const skills: Skill[] = [];
  const problems: string[] = [];
  for (const { name, path } of session.open.skills) {
    const folder = isAbsolute(path)
      ? path
      : resolve(session.workspaceDir, path);
    try {
      const file = await readFile(join(folder, 'SKILL.md'), 'utf8');
      const front = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/.exec(file);
      const fields = (front ? parse(front[1]) : {}) as {
        description?: unknown;
      };
      skills.push({
        name,
        description: String(fields?.description ?? ''),
        folder,
        text: front ? file.slice(front[0].length) : file,
      });
    } catch (error) {
      problems.push(
        `The skill "${name}" cannot be used: ${(error as Error).message}`,
      );
    }
  }
  return { skills, problems };
}

/** The tool by which a model reads a skill when it needs it; none where there are no skills. */
export function skillTools(skills: readonly Skill[]): AgentTool[] {
  if (!skills.length) return [];
  return [
    defineTool({
      name: 'use_skill',
      description:
        'Reads the instructions of one of your skills. Do so before work that a skill is for.',
      input: z.object({ name: z.string().describe('Name of the skill.') }),
      action: ({ name }) => `Use the skill ${name}`,
      async execute({ name }) {
        const skill = skills.find(each => each.name === name);
        if (!skill) {
          throw new Error(
            `There is no skill "${name}". There are: ${skills
              .map(each => each.name)
              .join(', ')}.`,
          );
        }
        return `The skill's files are in ${skill.folder}.\n\n${skill.text}`;
      },
    }),
  ];
}
