import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { DEEPEST_POLICY_LOOPS } from '@greenroom/protocol';
import { celValue } from './celValue';
import type { CompiledCondition } from './CompiledPolicy';
import { ConditionCheck } from './ConditionCheck';
import { requestFields } from './PolicyRequest';

/** The kind's bound, in characters. */
const LONGEST = 4_096;
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
  if (loopDepth > DEEPEST_POLICY_LOOPS) {
    throw new Error(
      `its condition loops ${loopDepth} levels deep; ${DEEPEST_POLICY_LOOPS} are the most`,
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
