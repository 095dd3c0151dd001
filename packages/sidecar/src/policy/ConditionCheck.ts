import type { parse } from '@bufbuild/cel';
import { POLICY_REQUEST_FIELDS } from '@greenroom/protocol';

type Expr = ReturnType<typeof parse>['expr'];

/** Names that CEL itself knows as types. */
const TYPE_NAMES = new Set(
  'bool bytes double duration dyn int list map null_type string timestamp type uint'.split(
    ' ',
  ),
);

/** Walks an expression: refuses unknown names, and finds how deep its loops go. */
export class ConditionCheck {
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
