import { isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../store/KubernetesObject';
import type { JsonSchema, ValidationRule } from '../../schemas/JsonSchema';
import { fieldError, type FieldError } from '../errors/FieldError';
import { celEnvironment } from './celEnvironment';
import { celValueOf, withObjectFields } from './celValueOf';
import { variablesOf } from './variablesOf';

/** The CEL rules of one schema. */
export interface CompiledRules {
  isEmpty: boolean;
  /** @param old - the object before an update; what it held and still holds is not refused anew */
  validate(object: Json, old: Json | undefined): FieldError[];
}

type Program = (variables: Record<string, CelInput>) => unknown;

interface CompiledRule {
  rule: ValidationRule;
  program: Program;
  message?: Program;
  /** Compares with what was, so it holds only where that is known. */
  isTransition: boolean;
}

/** One place of a schema with the rules that stand there and those below. */
interface RuleNode {
  schema: JsonSchema;
  rules: CompiledRule[];
  fields: Map<string, RuleNode>;
  items?: RuleNode;
  values?: RuleNode;
}

export function compileRules(schema: JsonSchema): CompiledRules {
  const root = compileNode(withObjectFields(schema));
  return {
    isEmpty: root === undefined,
    validate(object, old) {
      const errors: FieldError[] = [];
      if (root) visit(root, object, old, '', errors);
      return errors;
    },
  };
}

function compileNode(schema: JsonSchema): RuleNode | undefined {
  const isObject = schema['x-kubernetes-embedded-resource'];
  const seen = isObject ? withObjectFields(schema) : schema;
  const rules = (schema['x-kubernetes-validations'] ?? []).map(compileRule);
  const fields = new Map<string, RuleNode>();
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    const inner = compileNode(each);
    if (inner) fields.set(name, inner);
  }
  const items = schema.items && compileNode(schema.items);
  const values =
    typeof schema.additionalProperties === 'object'
      ? compileNode(schema.additionalProperties)
      : undefined;
  if (!rules.length && !fields.size && !items && !values) return undefined;
  return { schema: seen, rules, fields, items, values };
}

function compileRule(rule: ValidationRule): CompiledRule {
  const { env } = celEnvironment();
  const expression = parse(rule.rule);
  return {
    rule,
    program: plan(env, expression) as Program,
    ...(rule.messageExpression && {
      message: plan(env, parse(rule.messageExpression)) as Program,
    }),
    isTransition: variablesOf(expression.expr).has('oldSelf'),
  };
}

function visit(
  { schema, rules, fields, items, values }: RuleNode,
  value: Json,
  old: Json | undefined,
  field: string,
  errors: FieldError[],
): void {
  if (value === null || value === undefined) return;
  const isSame = old !== undefined && isDeepStrictEqual(value, old);
  if (rules.length) {
    const self = celValueOf(value, schema);
    const oldSelf = old === undefined ? undefined : celValueOf(old, schema);
    for (const each of rules) {
      if (
        each.isTransition &&
        oldSelf === undefined &&
        !each.rule.optionalOldSelf
      )
        continue;
      if (isSame && !each.isTransition) continue;
      const error = evaluate(each, { value, self, oldSelf, schema, field });
      if (error) errors.push(error);
    }
  }
  if (Array.isArray(value)) {
    if (!items) return;
    const before = itemsBefore(schema, old);
    for (const [index, item] of value.entries()) {
      visit(items, item, before(item), `${field}[${index}]`, errors);
    }
  } else if (typeof value === 'object') {
    for (const [name, each] of Object.entries(value)) {
      const known = fields.get(name);
      if (known) {
        const path = field ? `${field}.${name}` : name;
        visit(known, each, old?.[name], path, errors);
      } else if (values && !schema.properties?.[name]) {
        // Rules name a key of a map in brackets, schemas behind a dot.
        visit(values, each, old?.[name], `${field}[${name}]`, errors);
      }
    }
  }
}

/** Items have a past only in lists that say how to recognise them. */
function itemsBefore(schema: JsonSchema, old: Json): (item: Json) => Json {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (
    schema['x-kubernetes-list-type'] !== 'map' ||
    !keys ||
    !Array.isArray(old)
  )
    return () => undefined;
  return item =>
    old.find(each =>
      keys.every(key => isDeepStrictEqual(each?.[key], item?.[key])),
    );
}

interface Subject {
  value: Json;
  self: CelInput;
  oldSelf: CelInput | undefined;
  schema: JsonSchema;
  field: string;
}

function evaluate(
  { rule, program, message, isTransition }: CompiledRule,
  { value, self, oldSelf, schema, field }: Subject,
): FieldError | undefined {
  const variables: Record<string, CelInput> = { self };
  if (isTransition) {
    variables.oldSelf = rule.optionalOldSelf
      ? ((oldSelf === undefined ? [] : [oldSelf]) as CelInput)
      : oldSelf!;
  }
  const shownType = schema['x-kubernetes-int-or-string']
    ? 'int-or-string'
    : schema.type ?? 'object';
  const where = rule.fieldPath ? `${field}${rule.fieldPath}` : field;
  const shownRule = rule.message?.trim() || rule.rule.trim();
  const result = program(variables);
  if (result === true) return undefined;
  if (isCelError(result)) {
    return fieldError.invalid(
      field,
      shownType,
      `${goMessage(result.message)} evaluating rule: ${shownRule}`,
    );
  }
  const own = message && messageText(message(variables));
  const detail =
    own ?? (rule.message?.trim() || `failed rule: ${rule.rule.trim()}`);
  return refusal(rule.reason, where.replace(/^\./, ''), value, detail);
}

function messageText(value: unknown): string | undefined {
  const isUsable =
    typeof value === 'string' && value.trim() !== '' && !value.includes('\n');
  return isUsable ? (value as string).trim() : undefined;
}

function refusal(
  reason: ValidationRule['reason'],
  field: string,
  value: Json,
  detail: string,
): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return fieldError.forbidden(field, detail);
    case 'FieldValueRequired':
      return fieldError.required(field, detail);
    case 'FieldValueDuplicate':
      return fieldError.duplicate(field, value);
    default:
      // Objects and lists are too much to repeat in a sentence.
      return typeof value === 'object'
        ? {
            reason: 'FieldValueInvalid',
            field,
            message: `Invalid value: ${detail}`,
          }
        : fieldError.invalid(field, value, detail);
  }
}

/** Errors of evaluation in the words of cel-go. */
function goMessage(message: string): string {
  const missing = /^field not found: (.*)$/.exec(message);
  if (missing) return `no such key: ${missing[1]}`;
  const index = /^index (-?\d+) out of bounds/.exec(message);
  if (index) return `index out of bounds: ${index[1]}`;
  if (/divide by zero/.test(message)) return 'division by zero';
  if (/modulus by zero|mod.* by zero/.test(message)) return 'modulus by zero';
  return message;
}
