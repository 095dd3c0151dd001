import { isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import type { Json } from '../../store/KubernetesObject';
import { celEnvironment } from './celEnvironment';
import { celValueOf } from './celValueOf';

type Program = (variables: Record<string, CelInput>) => unknown;

const programs = new Map<string, Program>();

/** Evaluates a condition over admission's variables. @throws Error if it fails or is no boolean */
export function evaluateCondition(
  expression: string,
  variables: Record<string, Json>,
): boolean {
  const program = programFor(expression);
  const result = program(
    Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [
        name,
        celValueOf(value, undefined),
      ]),
    ),
  );
  if (isCelError(result)) throw new Error(result.message);
  if (typeof result !== 'boolean')
    throw new Error(`${expression} is not a boolean`);
  return result;
}

function programFor(expression: string): Program {
  const known = programs.get(expression);
  if (known) return known;
  const program = plan(celEnvironment().env, parse(expression)) as Program;
  programs.set(expression, program);
  return program;
}
