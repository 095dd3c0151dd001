import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { celValue } from './celValue';
import type { CompiledCondition } from './CompiledPolicy';
import { POLICY_REQUEST_FIELDS, requestFields } from './PolicyRequest';

type Expr = ReturnType<typeof parse>['expr'];

/** The kind's bound, in characters. */
const LONGEST = 4_096;
/** Each level multiplies the work by the size of the request. */
const DEEPEST_LOOPS = 2;
/** Names that CEL itself knows as types. */
const TYPE_NAMES = new Set(
  'bool bytes double duration dyn int list map null_type string timestamp type uint'.split(
    ' ',
  ),
);

/**
 * Compiles a rule's `when`. Names and functions are checked now, because an unknown one would fail only when it is reached.
 *
 * @throws Error that says what is wrong with the expression
 */
export function compileCondition(when: string): CompiledCondition {
  if (when.length > LONGEST)
    throw new Error(
      `its condition has ${when.length} characters, more than ${LONGEST}`,
    );
  const env = celEnv();
  const parsed = parseWhen(when);
  const check = new ConditionCheck(name => isKnown(env.funcs.find(name)));
  const loopDepth = check.visit(parsed.expr, new Set(['request']));
  if (loopDepth > DEEPEST_LOOPS) {
    throw new Error(
      `its condition loops ${loopDepth} levels deep; ${DEEPEST_LOOPS} are the most`,
    );
  }
  const evaluate = plan(env, parsed);
  return {
    loopDepth,
    holds(request) {
      const result = evaluate({ request: celValue(requestFields(request)) });
      if (isCelError(result)) {
        throw new Error(
          `its condition failed: ${result.message}. Guard what may be missing with has(…)`,
        );
      }
      if (typeof result !== 'boolean') {
        throw new Error('its condition is neither true nor false');
      }
      return result;
    },
  };
}

function parseWhen(when: string): ReturnType<typeof parse> {
  try {
    return parse(when);
  } catch (error) {
    throw new Error(
      `its condition is not a CEL expression: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** The resolver answers with a function, or with the overloads there are. */
function isKnown(found: unknown): boolean {
  if (found === undefined || found === null) return false;
  const isList = typeof found === 'object' && Symbol.iterator in found;
  return !isList || [...(found as Iterable<unknown>)].length > 0;
}

/** Walks an expression: refuses unknown names, and finds how deep its loops go. */
class ConditionCheck {
  constructor(private readonly isFunction: (name: string) => boolean) {}

  /** @returns loops inside loops */
  visit(expr: Expr | undefined, variables: ReadonlySet<string>): number {
    if (!expr) return 0;
    const deepest = (...parts: (Expr | undefined)[]) =>
      Math.max(0, ...parts.map(part => this.visit(part, variables)));
    const { case: kind, value } = expr.exprKind;
    switch (kind) {
      case 'identExpr':
        if (!variables.has(value.name) && !TYPE_NAMES.has(value.name)) {
          throw new Error(
            `its condition names "${value.name}", which does not exist; it sees request`,
          );
        }
        return 0;
      case 'selectExpr':
        this.checkField(value.operand, value.field, variables);
        return deepest(value.operand);
      case 'callExpr':
        if (
          /^[a-z]\w*$/i.test(value.function) &&
          !this.isFunction(value.function)
        ) {
          throw new Error(
            `its condition calls "${value.function}", a function that does not exist`,
          );
        }
        return deepest(value.target, ...value.args);
      case 'listExpr':
        return deepest(...value.elements);
      case 'structExpr':
        return deepest(
          ...value.entries.flatMap(entry => [
            entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined,
            entry.value,
          ]),
        );
      case 'comprehensionExpr': {
        const inner = new Set([
          ...variables,
          value.iterVar,
          value.iterVar2,
          value.accuVar,
        ]);
        return Math.max(
          deepest(value.iterRange, value.accuInit),
          1 +
            Math.max(
              this.visit(value.loopCondition, inner),
              this.visit(value.loopStep, inner),
              this.visit(value.result, inner),
            ),
        );
      }
      default:
        return 0;
    }
  }

  private checkField(
    operand: Expr | undefined,
    field: string,
    variables: ReadonlySet<string>,
  ): void {
    const isRequest =
      operand?.exprKind.case === 'identExpr' &&
      operand.exprKind.value.name === 'request' &&
      variables.has('request');
    if (isRequest && !POLICY_REQUEST_FIELDS.includes(field)) {
      throw new Error(
        `its condition reads request.${field}; there are ${POLICY_REQUEST_FIELDS.map(
          each => `request.${each}`,
        ).join(', ')}`,
      );
    }
  }
}
