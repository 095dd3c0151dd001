import type { parse } from '@bufbuild/cel';

export type CelExpr = NonNullable<ReturnType<typeof parse>['expr']>;

/** The expressions directly inside one. */
export function childrenOf({ exprKind }: CelExpr): CelExpr[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return present([exprKind.value.operand]);
    case 'callExpr':
      return present([exprKind.value.target, ...exprKind.value.args]);
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) =>
        present([keyKind.case === 'mapKey' ? keyKind.value : undefined, value]),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } =
        exprKind.value;
      return present([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    default:
      return [];
  }
}

function present(each: (CelExpr | undefined)[]): CelExpr[] {
  return each.filter(expression => expression !== undefined);
}

/** Every variable that an expression names, those of its own comprehensions too. */
export function variablesOf(expression: CelExpr | undefined): Set<string> {
  const names = new Set<string>();
  const visit = (each: CelExpr) => {
    if (each.exprKind.case === 'identExpr') names.add(each.exprKind.value.name);
    childrenOf(each).forEach(visit);
  };
  if (expression) visit(expression);
  return names;
}
