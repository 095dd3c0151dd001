import { parse } from 'yaml';
import { PlaybookError } from './PlaybookError';
import type { PlaybookInput } from './Playbook';

/** A task's description without its front matter, and the inputs the front matter gave. */
export interface TaskText {
  description: string;
  inputs: Record<string, unknown>;
}

const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/**
 * Reads the inputs of a task: YAML front matter with the one key `inputs`. A description without one gives no inputs.
 *
 * @throws {PlaybookError} when there is front matter that is not that.
 */
export function readTaskText(text: string): TaskText {
  const match = FRONT_MATTER.exec(text);
  if (!match) return { description: text.trim(), inputs: {} };
  let front: unknown;
  try {
    front = parse(match[1]);
  } catch (error) {
    throw frontMatterFault((error as Error).message);
  }
  const inputs =
    front && typeof front === 'object'
      ? (front as { inputs?: unknown }).inputs
      : undefined;
  if (!inputs || typeof inputs !== 'object' || Array.isArray(inputs)) {
    throw frontMatterFault('it has no object "inputs"');
  }
  return {
    description: text.slice(match[0].length).trim(),
    inputs: inputs as Record<string, unknown>,
  };
}

/**
 * Values for the declared inputs: given ones converted to the declared type, defaults for the rest.
 *
 * @throws {PlaybookError} naming each input that is missing, unknown or of another type.
 */
export function bindInputs(
  declared: readonly PlaybookInput[],
  given: Record<string, unknown>,
): Record<string, unknown> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    if (!declared.some(input => input.name === name)) {
      const names = declared.map(input => input.name).join(', ') || 'none';
      faults.push(`There is no input "${name}". The playbook has: ${names}.`);
    }
  }
  for (const input of declared) {
    const value = given[input.name] ?? input.default;
    if (value === undefined) {
      faults.push(
        `The input "${input.name}" is missing. Set it in the task's front matter, or with --set ${input.name}=….`,
      );
      continue;
    }
    const converted = convert(value, input.type);
    if (converted === undefined) {
      faults.push(
        `The input "${input.name}" must be a ${
          input.type
        }, not ${JSON.stringify(value)}.`,
      );
    }
    values[input.name] = converted;
  }
  if (faults.length) {
    throw new PlaybookError(faults.map(message => ({ line: 1, message })));
  }
  return values;
}

function convert(value: unknown, type: PlaybookInput['type']): unknown {
  const text = String(value);
  switch (type) {
    case 'number': {
      const number = Number(text);
      return text.trim() !== '' && Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      return undefined;
    default:
      return typeof value === 'object' ? undefined : text;
  }
}

function frontMatterFault(why: string): PlaybookError {
  return new PlaybookError([
    {
      line: 1,
      message: `the front matter of the task's description is not usable: ${why}. Write "inputs:" and indented "name: value" lines between the two "---".`,
    },
  ]);
}
