import { parse } from '@bufbuild/cel';
import type { JsonSchema } from '../../schemas/JsonSchema';
import { celEnvironment } from './celEnvironment';
import { escapeFieldName, withObjectFields } from './celValueOf';
import { childrenOf, type CelExpr } from './variablesOf';

/** Names that stand for types. */
const typeNames = new Set(
  'bool bytes double int list map null_type string type uint google'.split(' '),
);

/** What is known of an expression's type: a schema, or nothing. */
type Known = JsonSchema | undefined;
type Scope = ReadonlyMap<string, Known>;

interface Problem {
  /** Column, from 1. */
  column: number;
  message: string;
}

/**
 * Finds names in a rule that mean nothing: unknown variables, functions, and fields that the schema does not have.
 * @returns what a real API server's compiler would say, or `undefined`
 */
export function checkRule(
  text: string,
  schema: JsonSchema,
  isRoot: boolean,
): string | undefined {
  let expression: CelExpr | undefined;
  let positions: Record<string, number> = {};
  try {
    const parsed = parse(text);
    expression = parsed.expr;
    positions = parsed.sourceInfo?.positions ?? {};
  } catch (error) {
    const message = (error as Error).message;
    const match = /^<input>:(\d+):(\d+): (.*)$/s.exec(message);
    return failed(text, {
      column: Number(match?.[2] ?? 1),
      message: `Syntax error: ${match?.[3] ?? message}`,
    });
  }
  const self =
    isRoot || schema['x-kubernetes-embedded-resource']
      ? withObjectFields(schema)
      : schema;
  const problems: Problem[] = [];
  const at = ({ id }: CelExpr) => (positions[String(id)] ?? 0) + 1;
  const type = infer(
    expression!,
    new Map([
      ['self', self],
      ['oldSelf', self],
    ]),
    problems,
    at,
  );
  if (problems.length) return failed(text, problems[0]);
  if (type?.type && type.type !== 'boolean')
    return 'cel expression must evaluate to a bool';
  return undefined;
}

function failed(text: string, { column, message }: Problem): string {
  return `compilation failed: ERROR: <input>:1:${column}: ${message}\n | ${text}\n | ${'.'.repeat(
    Math.max(0, column - 1),
  )}^`;
}

const comparisons = new Set(['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_']);
const booleans = new Set([
  ...comparisons,
  '_&&_',
  '_||_',
  '!_',
  '@in',
  'startsWith',
  'endsWith',
  'contains',
  'matches',
]);
const celTypes: Record<string, string> = {
  integer: 'int',
  number: 'double',
  string: 'string',
  boolean: 'bool',
  array: 'list',
  object: 'object',
};

function infer(
  expression: CelExpr,
  scope: Scope,
  problems: Problem[],
  at: (expression: CelExpr) => number,
): Known {
  const { exprKind } = expression;
  const visit = (each: CelExpr, inner = scope) =>
    infer(each, inner, problems, at);
  switch (exprKind.case) {
    case 'constExpr':
      return constantType(exprKind.value.constantKind.case);
    case 'identExpr': {
      const { name } = exprKind.value;
      if (!scope.has(name) && !typeNames.has(name)) {
        problems.push({
          column: at(expression),
          message: `undeclared reference to '${name}' (in container '')`,
        });
      }
      return scope.get(name);
    }
    case 'selectExpr': {
      const { operand, field, testOnly } = exprKind.value;
      const { known, isKnown } = fieldOf(visit(operand!), field);
      if (!isKnown) {
        problems.push({
          column: at(expression),
          message: `undefined field '${field}'`,
        });
      }
      // has(a.b) asks whether the field is there; its own type does not matter.
      return testOnly ? { type: 'boolean' } : known;
    }
    case 'callExpr':
      return inferCall(expression, scope, problems, at);
    case 'comprehensionExpr': {
      const {
        iterRange,
        iterVar,
        accuVar,
        accuInit,
        loopCondition,
        loopStep,
        result,
      } = exprKind.value;
      const range = visit(iterRange!);
      visit(accuInit!);
      const item = range?.type === 'array' ? range.items : undefined;
      const inner = new Map([...scope, [iterVar, item], [accuVar, undefined]]);
      for (const each of [loopCondition!, loopStep!, result!])
        visit(each, inner as Scope);
      return undefined;
    }
    default:
      for (const each of childrenOf(expression)) visit(each);
      return undefined;
  }
}

function inferCall(
  expression: CelExpr,
  scope: Scope,
  problems: Problem[],
  at: (expression: CelExpr) => number,
): Known {
  if (expression.exprKind.case !== 'callExpr') return undefined;
  const { function: name, target, args } = expression.exprKind.value;
  const { functions } = celEnvironment();
  const namespace = target && qualifiedName(target);
  const isQualified =
    namespace !== undefined && functions.has(`${namespace}.${name}`);
  const isOperator = /^[_!@-]|_/.test(name) && !/^[a-z]/i.test(name);
  if (!isOperator && !isQualified && !functions.has(name)) {
    problems.push({
      column: at(expression),
      message: `undeclared reference to '${name}' (in container '')`,
    });
  }
  const visit = (each: CelExpr) => infer(each, scope, problems, at);
  if (target && !isQualified) visit(target);
  const types = args.map(visit);
  if (comparisons.has(name)) {
    const [left, right] = types.map(
      each =>
        celTypes[each?.['x-kubernetes-int-or-string'] ? '' : each?.type ?? ''],
    );
    const scalars = ['int', 'double', 'string', 'bool'];
    if (
      left &&
      right &&
      left !== right &&
      scalars.includes(left) &&
      scalars.includes(right)
    ) {
      problems.push({
        column: at(expression),
        message: `found no matching overload for '${name}' applied to '(${left}, ${right})'`,
      });
    }
  }
  if (name === '_[_]') {
    const [container] = types;
    if (container?.type === 'array') return container.items;
    if (typeof container?.additionalProperties === 'object')
      return container.additionalProperties;
    return undefined;
  }
  if (booleans.has(name)) return { type: 'boolean' };
  if (name === 'size') return { type: 'integer' };
  return undefined;
}

function qualifiedName({ exprKind }: CelExpr): string | undefined {
  return exprKind.case === 'identExpr' ? exprKind.value.name : undefined;
}

function constantType(kind: string | undefined): Known {
  switch (kind) {
    case 'int64Value':
      return { type: 'integer' };
    case 'doubleValue':
      return { type: 'number' };
    case 'stringValue':
      return { type: 'string' };
    case 'boolValue':
      return { type: 'boolean' };
    default:
      return undefined;
  }
}

function fieldOf(
  owner: Known,
  field: string,
): { known: Known; isKnown: boolean } {
  if (!owner) return { known: undefined, isKnown: true };
  const isOpen =
    owner['x-kubernetes-preserve-unknown-fields'] ||
    owner['x-kubernetes-int-or-string'];
  const found = Object.entries(owner.properties ?? {}).find(
    // A reserved word may follow a dot as it is; the escaped form is the older way.
    ([name]) => escapeFieldName(name) === field || name === field,
  );
  if (found) return { known: found[1], isKnown: true };
  if (typeof owner.additionalProperties === 'object') {
    return { known: owner.additionalProperties, isKnown: true };
  }
  return {
    known: undefined,
    isKnown: Boolean(isOpen || owner.additionalProperties),
  };
}
