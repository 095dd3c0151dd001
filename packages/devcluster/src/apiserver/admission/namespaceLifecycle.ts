import { ApiError, forbidden, notFound } from '../errors/ApiError';
import { groupResourceOf } from '../resources/ServedResource';
import type { AdmissionPlugin } from './AdmissionChain';

const undeletable = new Set(['default', 'kube-system', 'kube-public']);

/** Objects live in namespaces that are there and stay; some namespaces stay for ever. */
export const namespaceLifecycle: AdmissionPlugin = {
  mutate({ machinery, operation, resource, namespace, name }) {
    if (
      operation === 'DELETE' &&
      resource.collection === '/namespaces' &&
      undeletable.has(name)
    ) {
      throw forbidden(
        groupResourceOf(resource),
        name,
        'this namespace may not be deleted',
      );
    }
    if (operation !== 'CREATE' || namespace === undefined) return;
    const place = machinery.store.get('/namespaces', undefined, namespace);
    if (!place)
      throw notFound({ group: '', resource: 'namespaces' }, namespace);
    if (place.metadata.deletionTimestamp === undefined) return;
    const { message, code, reason, details } = forbidden(
      groupResourceOf(resource),
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    throw new ApiError(code, reason, message, {
      ...details,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    });
  },
};
