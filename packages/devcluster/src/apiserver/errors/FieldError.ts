import { ApiError, type StatusCause } from './ApiError';

/** What is wrong with one field, in the words and with the reasons of Kubernetes. */
export interface FieldError {
  reason:
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'InternalError';
  /** Like `spec.containers[0].name`; empty for the object as a whole. */
  field: string;
  /** Without the field's path. */
  message: string;
}

/** A value as Kubernetes shows it in messages: strings quoted, objects as JSON. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return JSON.stringify(value);
}

export const fieldError = {
  invalid: (field: string, value: unknown, detail: string): FieldError => ({
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${shown(value)}: ${detail}`,
  }),
  required: (field: string, detail = ''): FieldError => ({
    reason: 'FieldValueRequired',
    field,
    message: detail ? `Required value: ${detail}` : 'Required value',
  }),
  forbidden: (field: string, detail: string): FieldError => ({
    reason: 'FieldValueForbidden',
    field,
    message: `Forbidden: ${detail}`,
  }),
  notSupported: (
    field: string,
    value: unknown,
    supported: unknown[],
  ): FieldError => ({
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${shown(value)}: supported values: ${supported
      .map(each => JSON.stringify(each))
      .join(', ')}`,
  }),
  duplicate: (field: string, value: unknown): FieldError => ({
    reason: 'FieldValueDuplicate',
    field,
    message: `Duplicate value: ${shown(value)}`,
  }),
  notFound: (field: string, value: unknown): FieldError => ({
    reason: 'FieldValueNotFound',
    field,
    message: `Not found: ${shown(value)}`,
  }),
  tooLong: (field: string, maximum: number): FieldError => ({
    reason: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${maximum} bytes`,
  }),
  tooMany: (field: string, actual: number, maximum: number): FieldError => ({
    reason: 'FieldValueTooMany',
    field,
    message: `Too many: ${actual}: must have at most ${maximum} items`,
  }),
};

/** The answer to an object with these errors. */
export function invalid(
  { group, kind }: { group: string; kind: string },
  name: string,
  errors: FieldError[],
): ApiError {
  const causes = errors.map(
    ({ reason, message, field }): StatusCause => ({ reason, message, field }),
  );
  const sentences = [
    ...new Set(
      errors.map(({ field, message }) =>
        field ? `${field}: ${message}` : `${message}`,
      ),
    ),
  ];
  const subject = group ? `${kind}.${group}` : kind;
  return new ApiError(
    422,
    'Invalid',
    `${subject} "${name}" is invalid: ${
      sentences.length > 1 ? `[${sentences.join(', ')}]` : sentences[0]
    }`,
    { ...(name && { name }), ...(group && { group }), kind, causes },
  );
}
