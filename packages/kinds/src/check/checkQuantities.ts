import type { KindDefinition } from '../defineKind';
import { parseQuantity } from '../values/parseQuantity';
import type { FieldProblem } from './FieldProblem';
import { fieldsMeaning } from './fieldsMeaning';

/** Checks every quantity of an object; one that does not parse, or is negative, is a problem. */
export function checkQuantities(
  definition: KindDefinition,
  object: unknown,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const { path, value } of fieldsMeaning(definition, object, 'quantity')) {
    const message = quantityProblem(value);
    if (message)
      problems.push({
        path,
        message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
      });
  }
  return problems;
}

function quantityProblem(value: string | number): string | undefined {
  try {
    return parseQuantity(value).nano < 0n ? 'must not be negative' : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
