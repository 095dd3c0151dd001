import type { KubernetesObject } from '../../store/KubernetesObject';
import type { AdmissionRequest } from '../admission/AdmissionChain';
import {
  isDryRun,
  warnings,
  type RequestContext,
} from '../http/RequestContext';

/** The write of a request, for admission. */
export function admissionRequestOf(
  context: RequestContext,
  operation: AdmissionRequest['operation'],
  name: string,
  object: KubernetesObject | undefined,
  old: KubernetesObject | undefined,
  subresource = context.info.subresource,
): AdmissionRequest {
  const { machinery, resource, info, user } = context;
  const optionsKind = {
    CREATE: 'CreateOptions',
    UPDATE: 'UpdateOptions',
    DELETE: 'DeleteOptions',
    CONNECT: '',
  };
  return {
    machinery,
    operation,
    resource,
    subresource,
    namespace: resource.namespaced ? info.namespace : undefined,
    name,
    object,
    old,
    user,
    dryRun: isDryRun(context),
    options: {
      kind: info.verb === 'patch' ? 'PatchOptions' : optionsKind[operation],
      apiVersion: 'meta.k8s.io/v1',
      ...(info.query.get('fieldManager') && {
        fieldManager: info.query.get('fieldManager'),
      }),
      ...(info.query.get('fieldValidation') && {
        fieldValidation: info.query.get('fieldValidation'),
      }),
      ...(isDryRun(context) && { dryRun: ['All'] }),
    },
    warn: warnings(context),
  };
}
