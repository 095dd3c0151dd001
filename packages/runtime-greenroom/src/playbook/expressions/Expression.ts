import {
  CelScalar,
  celEnv,
  celFunc,
  isCelError,
  parse,
  plan,
  type CelInput,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { StepError } from '../StepError';
import { fromCel, toCel } from './celValue';
import { functionsOf, namesOf, type ReadName } from './namesOf';

/** What expressions may read, by name. */
export type Scope = Record<string, unknown>;

/** One CEL expression, parsed; evaluating it cannot change anything. */
export interface Expression {
  source: string;
  names: ReadName[];
  /**
   * @throws {StepError} `ExpressionFailed` when a field is missing or types do not fit.
   */
  evaluate(scope: Scope): unknown;
}

/**
 * CEL's standard functions, its string extensions, and `toJson(value)`.
 *
 * @throws {Error} when the text is not CEL or calls a function there is not; the message says where.
 */
export function compileExpression(source: string): Expression {
  const env = expressionEnv();
  const parsed = parse(source);
  for (const name of functionsOf(parsed.expr)) {
    // Operators have names like `_+_`; the evaluator knows them all.
    if (/^[a-z]\w*$/i.test(name) && !env.funcs.find(name)) {
      throw new Error(
        `there is no function "${name}". CEL's standard functions, its string functions and toJson(…) exist`,
      );
    }
  }
  const run = plan(env, parsed);
  return {
    source,
    names: namesOf(parsed.expr),
    evaluate(scope) {
      const result = run(
        Object.fromEntries(
          Object.entries(scope).map(([key, value]) => [key, toCel(value)]),
        ) as Record<string, CelInput>,
      );
      if (isCelError(result)) throw failed(source, result);
      return fromCel(result);
    },
  };
}

function expressionEnv() {
  const toJson = celFunc(
    'toJson',
    [CelScalar.DYN],
    CelScalar.STRING,
    (value: unknown) => JSON.stringify(fromCel(value)),
  );
  return celEnv({ funcs: [...strings, toJson] });
}

function failed(source: string, cause: { message: string }): StepError {
  return new StepError(
    'ExpressionFailed',
    `The expression "${source}" could not be evaluated: ${cause.message}. Guard what may be missing with has(…).`,
    { cause },
  );
}
