import { z } from 'zod';
import { parseStep } from './parseStep';
import type { Playbook } from './Playbook';
import { PlaybookError, type PlaybookFault } from './PlaybookError';
import { faultsOf } from './faultsOf';
import { NameCheck } from './NameCheck';
import { YamlLines } from './YamlLines';

const inputSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-zA-Z_]\w*$/, 'use letters, digits and underscores'),
  type: z.enum(['string', 'number', 'boolean']).default('string'),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  description: z.string().optional(),
});

const playbookSchema = z.strictObject({
  inputs: z.array(inputSchema).default([]),
  steps: z.array(z.unknown()).min(1),
});

/**
 * Reads and checks a whole playbook: form, verbs, durations, expressions, and that every name an
 * expression reads exists at that point.
 *
 * @throws {PlaybookError} with every fault found, each with its line.
 */
export function parsePlaybook(text: string): Playbook {
  const lines = YamlLines.parse(text);
  const parsed = playbookSchema.safeParse(lines.value ?? {});
  if (!parsed.success) {
    throw new PlaybookError(faultsOf(parsed.error, lines, []));
  }
  const faults: PlaybookFault[] = [];
  const { inputs } = parsed.data;
  const names = new NameCheck(inputs.map(input => input.name));
  const steps = parsed.data.steps.flatMap(
    (_, index) => parseStep(lines, ['steps', index], names, faults) ?? [],
  );
  if (faults.length) throw new PlaybookError(faults);
  return { inputs, steps };
}
