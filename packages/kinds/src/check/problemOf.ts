import type { z } from 'zod';
import { entryOf, schemaAt } from '../crd/schemaAt';
import type { StructuralSchema } from '../crd/structuralSchema';
import { fieldPath, type FieldProblem } from './FieldProblem';

type Issue = z.core.$ZodIssue;

/**
 * Says what Zod found wrong in the words of an API server.
 *
 * @param schema - the structural schema of the whole object, which names types as an API server does
 */
export function problemOf(
  issue: Issue,
  object: unknown,
  schema: StructuralSchema,
): FieldProblem {
  const isRule = issue.code === 'custom' && !issue.params;
  const path = isRule ? rulePath(issue.path, schema) : fieldPath(issue.path);
  const value = valueAt(object, issue.path);
  return {
    path,
    message: messageOf(issue, path, value, schemaAt(schema, issue.path)),
  };
}

function messageOf(
  issue: Issue,
  path: string,
  value: unknown,
  schema?: StructuralSchema,
): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined || value === null) return 'Required value';
      return wrongType(path, value, schema);
    case 'invalid_union':
      return wrongType(path, value, schema);
    case 'invalid_value': {
      if (value === undefined || value === null) return 'Required value';
      const supported = issue.values.map(one => JSON.stringify(one)).join(', ');
      return `Unsupported value: ${JSON.stringify(
        value,
      )}: supported values: ${supported}`;
    }
    case 'too_small':
      return tooSmall(issue, path, value);
    case 'too_big':
      return tooBig(issue, path, value);
    case 'invalid_format':
      return `Invalid value: ${JSON.stringify(
        value,
      )}: ${path} in body should match '${(issue.pattern ?? '').replace(
        /^\/|\/[a-z]*$/g,
        '',
      )}'`;
    case 'custom':
      if (issue.params?.whole) return issue.message;
      if (issue.params?.format) {
        const text = JSON.stringify(value);
        return `Invalid value: ${text}: ${path} in body must be of type ${issue.params.format}: ${text}`;
      }
      return typeof value === 'object'
        ? `Invalid value: ${issue.message}`
        : `Invalid value: ${JSON.stringify(value)}: ${issue.message}`;
    default:
      return `Invalid value: ${issue.message}`;
  }
}

function tooSmall(
  issue: z.core.$ZodIssueTooSmall,
  path: string,
  value: unknown,
): string {
  if (issue.origin === 'string') {
    return `Invalid value: ${JSON.stringify(
      value,
    )}: ${path} in body should be at least ${issue.minimum} chars long`;
  }
  return `Invalid value: ${String(
    value,
  )}: ${path} in body should be greater than or equal to ${issue.minimum}`;
}

function tooBig(
  issue: z.core.$ZodIssueTooBig,
  path: string,
  value: unknown,
): string {
  if (issue.origin === 'string')
    return `Too long: may not be more than ${issue.maximum} bytes`;
  if (issue.origin === 'array') {
    return `Too many: ${(value as unknown[]).length}: must have at most ${
      issue.maximum
    } items`;
  }
  return `Invalid value: ${String(
    value,
  )}: ${path} in body should be less than or equal to ${issue.maximum}`;
}

function wrongType(
  path: string,
  value: unknown,
  schema: StructuralSchema | undefined,
): string {
  const found = typeName(value);
  const fraction = found === 'float64' && schema?.type === 'integer';
  const expected = schema?.['x-kubernetes-int-or-string']
    ? 'integer,string'
    : (fraction && schema.format) || schema?.type;
  return `Invalid value: "${found}": ${path} in body must be of type ${expected}: "${found}"`;
}

/** What an API server, written in Go, calls the type of a JSON value. */
function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number')
    return Number.isInteger(value) ? 'integer' : 'float64';
  return typeof value;
}

function valueAt(object: unknown, steps: readonly PropertyKey[]): unknown {
  let value = object;
  for (const step of steps)
    value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  return value;
}

/** A path as an API server writes it for what a rule says: keys of a map stand in brackets. */
function rulePath(
  steps: readonly PropertyKey[],
  schema: StructuralSchema,
): string {
  let path = '';
  for (const [index, step] of steps.entries()) {
    const holder = schemaAt(schema, steps.slice(0, index));
    const isKey =
      typeof step === 'number' ||
      (holder !== undefined && entryOf(holder) !== undefined);
    if (isKey) path += `[${String(step)}]`;
    else path += path ? `.${String(step)}` : String(step);
  }
  return path;
}
