import type { ApiError } from '../errors/ApiError';
import { invalid, type FieldError } from '../errors/FieldError';

const group = 'meta.k8s.io';

/** The answer to a list or watch whose parameters do not fit together. */
export function invalidListOptions(errors: FieldError[]): ApiError {
  return invalid({ group, kind: 'ListOptions' }, '', errors);
}

const kinds: Record<string, string> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
};

/** The answer to a write whose parameters are wrong. */
export function invalidWriteOptions(
  verb: string,
  errors: FieldError[],
): ApiError {
  return invalid({ group, kind: kinds[verb] ?? 'DeleteOptions' }, '', errors);
}
