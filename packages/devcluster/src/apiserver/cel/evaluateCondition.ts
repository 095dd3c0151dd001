import { isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import type { Json } from '../../store/KubernetesObject';
import { celEnvironment } from './celEnvironment';
import { celValueOf } from './celValueOf';

const programs = new Map<string, (variables: Record<string, CelInput>) => unknown>();

/** Evaluates a condition over admission's variables. @throws Error if it fails or is no boolean */
export function evaluateCondition(expression: string, variables: Record<string, Json>): boolean {
  let program = programs.get(expression);
  if (!program) {
    program = plan(celEnvironment().env, parse(expression)) as typeof program;
    programs.set(expression, program!);
  }
  const result = program!(
    Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, celValueOf(value, undefined)]),
    ),
  );
  if (isCelError(result)) throw new Error(result.message);
  if (typeof result !== 'boolean') throw new Error(`${expression} is not a boolean`);
  return result;
}
