import type { parse } from '@bufbuild/cel';

type Expr = ReturnType<typeof parse>['expr'];

/** A name an expression reads: a variable and, where it is selected from at once, the field. */
export interface ReadName {
  root: string;
  field?: string;
}

/** Every variable an expression reads, without those that its own macros (`map`, `exists`, …) bring in. */
export function namesOf(expr: Expr): ReadName[] {
  const names: ReadName[] = [];
  walk(expr, new Set(), names);
  return names;
}

/** Functions and operators that an expression calls, in the names CEL gives them. */
export function functionsOf(expr: Expr): string[] {
  const found: string[] = [];
  visit(expr, node => {
    if (node.exprKind.case === 'callExpr')
      found.push(node.exprKind.value.function);
  });
  return found;
}

function visit(expr: Expr | undefined, see: (node: Expr) => void): void {
  if (!expr) return;
  see(expr);
  for (const child of childrenOf(expr)) visit(child, see);
}

function walk(
  expr: Expr | undefined,
  bound: ReadonlySet<string>,
  names: ReadName[],
): void {
  if (!expr) return;
  const kind = expr.exprKind;
  if (kind.case === 'identExpr') {
    if (!bound.has(kind.value.name)) names.push({ root: kind.value.name });
    return;
  }
  if (kind.case === 'selectExpr') {
    const operand = kind.value.operand?.exprKind;
    if (operand?.case === 'identExpr') {
      if (!bound.has(operand.value.name))
        names.push({ root: operand.value.name, field: kind.value.field });
      return;
    }
  }
  if (kind.case === 'comprehensionExpr') {
    const loop = kind.value;
    walk(loop.iterRange, bound, names);
    walk(loop.accuInit, bound, names);
    const inner = new Set([...bound, loop.iterVar, loop.accuVar]);
    walk(loop.loopCondition, inner, names);
    walk(loop.loopStep, inner, names);
    walk(loop.result, inner, names);
    return;
  }
  for (const child of childrenOf(expr)) walk(child, bound, names);
}

function childrenOf(expr: Expr): (Expr | undefined)[] {
  const kind = expr.exprKind;
  switch (kind.case) {
    case 'selectExpr':
      return [kind.value.operand];
    case 'callExpr':
      return [kind.value.target, ...kind.value.args];
    case 'listExpr':
      return kind.value.elements;
    case 'structExpr':
      return kind.value.entries.flatMap(entry => [
        entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined,
        entry.value,
      ]);
    case 'comprehensionExpr':
      return [
        kind.value.iterRange,
        kind.value.accuInit,
        kind.value.loopCondition,
        kind.value.loopStep,
        kind.value.result,
      ];
    default:
      return [];
  }
}
