import { badRequest, conflict, notFound } from '../errors/ApiError';
import { fieldError, invalid } from '../errors/FieldError';
import { findStored } from '../handlers/getObject';
import { timestamp } from '../handlers/timestamp';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { created, type Reply } from '../http/Reply';
import type { RequestContext } from '../http/RequestContext';
import {
  defaultAudience,
  type TokenBinding,
} from '../auth/ServiceAccountTokens';

const group = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
/** Bounds of Kubernetes. */
const shortestSeconds = 600;
const longestSeconds = 2 ** 32;
const defaultSeconds = 3600;

/** `POST` to a service account's `token`. */
export async function requestToken(context: RequestContext): Promise<Reply> {
  const { request, machinery, info } = context;
  const account = findStored(context);
  const body = await readBody(request);
  const { value } = body.length
    ? parseJson(body, request.headers['content-type'])
    : { value: {} };
  if (value.kind && value.kind !== 'TokenRequest') {
    throw badRequest(
      `${value.kind} in version "${value.apiVersion}" cannot be handled as a TokenRequest`,
    );
  }
  const spec = value.spec ?? {};
  const seconds = spec.expirationSeconds ?? defaultSeconds;
  if (seconds < shortestSeconds) {
    throw invalid(group, '', [
      fieldError.invalid(
        'spec.expirationSeconds',
        seconds,
        'may not specify a duration less than 10 minutes',
      ),
    ]);
  }
  if (seconds > longestSeconds) {
    throw invalid(group, '', [
      fieldError.invalid(
        'spec.expirationSeconds',
        seconds,
        'may not specify a duration larger than 2^32 seconds',
      ),
    ]);
  }
  const audiences: string[] = spec.audiences?.length
    ? spec.audiences
    : [defaultAudience];
  const { binding, node } = bindingOf(context, spec.boundObjectRef);
  const { token, expiresAt } = await machinery.tokens.issue({
    namespace: info.namespace!,
    serviceAccount: { name: account.metadata.name, uid: account.metadata.uid },
    audiences,
    expirationSeconds: seconds,
    binding,
    node,
  });
  return created({
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: account.metadata.name,
      namespace: info.namespace,
      creationTimestamp: timestamp(machinery.now()),
    },
    spec: {
      audiences,
      expirationSeconds: seconds,
      boundObjectRef: spec.boundObjectRef ?? null,
    },
    status: { token, expirationTimestamp: timestamp(expiresAt) },
  });
}

function bindingOf(
  { machinery, info }: RequestContext,
  reference:
    | { kind: string; apiVersion: string; name: string; uid?: string }
    | undefined,
): { binding?: TokenBinding; node?: { name: string; uid?: string } } {
  if (!reference) return {};
  const collections: Record<string, string> = {
    Pod: '/pods',
    Secret: '/secrets',
    Node: '/nodes',
  };
  const collection = collections[reference.kind];
  if (!collection) {
    throw badRequest(
      `cannot bind token for serviceaccount to object of type ${reference.apiVersion}, Kind=${reference.kind}`,
    );
  }
  const resource = { group: '', resource: collection.slice(1) };
  const namespace = reference.kind === 'Node' ? undefined : info.namespace;
  const object = machinery.store.get(collection, namespace, reference.name);
  if (!object) throw notFound(resource, reference.name);
  if (reference.uid && reference.uid !== object.metadata.uid) {
    throw conflict(
      resource,
      reference.name,
      `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (
    reference.kind === 'Pod' &&
    object.spec.serviceAccountName !== info.name
  ) {
    throw badRequest(
      `cannot bind token for serviceaccount "${info.name}" to pod running with different serviceaccount name.`,
    );
  }
  const nodeName: string | undefined = object.spec?.nodeName;
  const node = nodeName
    ? machinery.store.get('/nodes', undefined, nodeName)
    : undefined;
  return {
    binding: {
      kind: reference.kind as TokenBinding['kind'],
      name: reference.name,
      uid: object.metadata.uid,
    },
    ...(nodeName && {
      node: { name: nodeName, ...(node && { uid: node.metadata.uid }) },
    }),
  };
}
