import { celEnv, parse } from '@bufbuild/cel';
import {
  DEEPEST_POLICY_LOOPS,
  POLICY_REQUEST_FIELDS,
} from '@greenroom/protocol';

/** Variables that a Policy's `when` may name; `sidecar` gives them when it evaluates. */
const VARIABLES = new Set(['request']);
/** Names that CEL itself knows as types, and constants. */
const TYPE_NAMES = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'timestamp',
  'type',
  'uint',
]);

/** A node of the parsed expression, as far as it is read here. */
interface CelNode {
  exprKind: { case?: string; value?: any };
}

/**
 * Why a CEL expression cannot be used in a Policy, in words, or `undefined` if it can: it does not parse, names a variable there is not, or
 * calls a function there is not.
 */
export function celProblem(text: string): string | undefined {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(text);
  } catch (error) {
    return `not a CEL expression: ${(error as Error).message}`;
  }
  const { funcs } = celEnv();
  const isFunction = (name: string) => {
    const found = funcs.find(name);
    return found !== undefined && [...asIterable(found)].length > 0;
  };
  const expression = ('expr' in parsed ? parsed.expr : parsed) as
    | CelNode
    | undefined;
  const unknown = findUnknown(expression, VARIABLES, isFunction);
  if (unknown) return unknown;
  const depth = loopDepth(expression);
  return depth > DEEPEST_POLICY_LOOPS
    ? `it loops ${depth} levels deep, and would take too long; ${DEEPEST_POLICY_LOOPS} are the most`
    : undefined;
}

/** Loops inside loops, such as those of `all`, `exists` and `map`. */
function loopDepth(node: CelNode | undefined): number {
  if (!node) return 0;
  const { case: kind, value } = node.exprKind;
  const deepest = (...nodes: (CelNode | undefined)[]) =>
    Math.max(0, ...nodes.map(loopDepth));
  switch (kind) {
    case 'selectExpr':
      return deepest(value.operand);
    case 'callExpr':
      return deepest(value.target, ...value.args);
    case 'listExpr':
      return deepest(...value.elements);
    case 'structExpr':
      return deepest(
        ...value.entries.flatMap((entry: any) => [
          entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined,
          entry.value,
        ]),
      );
    case 'comprehensionExpr':
      return Math.max(
        deepest(value.iterRange, value.accuInit),
        1 + deepest(value.loopCondition, value.loopStep, value.result),
      );
    default:
      return 0;
  }
}

function asIterable(found: unknown): Iterable<unknown> {
  const isList =
    typeof found === 'object' && found !== null && Symbol.iterator in found;
  return isList ? (found as Iterable<unknown>) : [found];
}

function findUnknown(
  node: CelNode | undefined,
  variables: ReadonlySet<string>,
  isFunction: (name: string) => boolean,
): string | undefined {
  if (!node) return undefined;
  const { case: kind, value } = node.exprKind;
  const inside = (...nodes: (CelNode | undefined)[]) => {
    for (const each of nodes) {
      const problem = findUnknown(each, variables, isFunction);
      if (problem) return problem;
    }
    return undefined;
  };
  switch (kind) {
    case 'identExpr':
      if (variables.has(value.name) || TYPE_NAMES.has(value.name)) {
        return undefined;
      }
      return `there is no variable "${value.name}". A rule sees \`request\`.`;
    case 'selectExpr': {
      const operand = value.operand?.exprKind;
      const isRequest =
        operand?.case === 'identExpr' && operand.value.name === 'request';
      if (isRequest && !POLICY_REQUEST_FIELDS.includes(value.field)) {
        return `there is no request.${
          value.field
        }. There are: ${POLICY_REQUEST_FIELDS.map(
          field => `request.${field}`,
        ).join(', ')}`;
      }
      return inside(value.operand);
    }
    case 'callExpr':
      if (!isOperator(value.function) && !isFunction(value.function)) {
        return `there is no function "${value.function}" here`;
      }
      return inside(value.target, ...value.args);
    case 'listExpr':
      return inside(...value.elements);
    case 'structExpr':
      return inside(
        ...value.entries.flatMap((entry: any) => [
          entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined,
          entry.value,
        ]),
      );
    case 'comprehensionExpr': {
      const outer = inside(value.iterRange, value.accuInit);
      if (outer) return outer;
      const inner = new Set([
        ...variables,
        value.iterVar,
        value.iterVar2,
        value.accuVar,
      ]);
      for (const each of [value.loopCondition, value.loopStep, value.result]) {
        const problem = findUnknown(each, inner, isFunction);
        if (problem) return problem;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Operators are functions with names such as `_+_` and `@not_strictly_false`. */
function isOperator(name: string): boolean {
  return /^[_@!\-?]/.test(name) || name === '_[_]';
}
