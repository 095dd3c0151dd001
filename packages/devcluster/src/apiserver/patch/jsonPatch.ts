import { applyPatch, type Operation } from 'fast-json-patch';
import type { Json } from '../../store/KubernetesObject';
import { ApiError, badRequest } from '../errors/ApiError';

/** Source: apiserver, MaxJSONPatchOperations. */
const maximumOperations = 10_000;

/** JSON patch (RFC 6902). The document is not changed. @throws ApiError 422 if the patch does not fit it */
export function jsonPatch(document: Json, operations: Json): Json {
  if (!Array.isArray(operations)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  if (operations.length > maximumOperations) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${maximumOperations}, got ${operations.length}`,
    );
  }
  try {
    return applyPatch(document, operations as Operation[], true, false)
      .newDocument;
  } catch {
    // Whatever does not fit gets this one sentence from Kubernetes, too.
    throw new ApiError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    );
  }
}
