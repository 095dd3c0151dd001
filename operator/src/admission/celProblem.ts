import { celEnv, parse } from '@bufbuild/cel';

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
  return findUnknown(
    ('expr' in parsed ? parsed.expr : parsed) as CelNode | undefined,
    VARIABLES,
    isFunction,
  );
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
    case 'selectExpr':
      return inside(value.operand);
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
