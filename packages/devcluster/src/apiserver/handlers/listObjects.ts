import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { keyOf } from '../../store/ObjectStore';
import { ApiError, badRequest } from '../errors/ApiError';
import type { RequestContext } from '../http/RequestContext';
import { ok, type Reply } from '../http/Reply';
import { representationOf, representList } from '../http/Representation';
import { fieldMatcher, parseFieldSelector } from '../selectors/FieldSelector';
import { parseLabelSelector } from '../selectors/LabelSelector';
import { fieldError } from '../errors/FieldError';
import { invalidListOptions } from './invalidOptions';
import { assertKnownRevision, expiredFrom } from './listRevision';
import { presentObject } from './presentObject';

/** Where a paged list goes on, and at which revision it began. */
interface Continuation {
  revision: number;
  after: string;
}

/** The matcher of `labelSelector` and `fieldSelector`. @throws ApiError */
export function selectionOf({
  info,
  resource,
}: Pick<RequestContext, 'info' | 'resource'>): (
  object: KubernetesObject,
) => boolean {
  const byLabels = parseLabelSelector(info.query.get('labelSelector') ?? '');
  const byFields = fieldMatcher(
    resource,
    parseFieldSelector(info.query.get('fieldSelector') ?? ''),
  );
  return object => byLabels(object.metadata.labels) && byFields(object);
}

/** `GET` of a collection. */
export function listObjects(context: RequestContext): Reply {
  const { machinery, info, resource, request } = context;
  const { store } = machinery;
  const representation = representationOf(request, info.query);
  const selects = selectionOf(context);
  const limit = limitOf(info.query.get('limit'));
  const token = info.query.get('continue');
  const asked = info.query.get('resourceVersion');
  const match = info.query.get('resourceVersionMatch');
  assertValidOptions({ asked, match, token });

  let revision = store.revision;
  let after: string | undefined;
  if (token) ({ revision, after } = parseContinuation(token));
  else if (match === 'Exact') revision = assertKnownRevision(store, asked);
  else assertKnownRevision(store, asked);

  let stored: KubernetesObject[];
  try {
    stored = store.listAt(resource.collection, info.namespace, revision);
  } catch (error) {
    throw token ? continuationExpired() : expiredFrom(error);
  }
  const selected = stored
    .map(object => presentObject(resource, object))
    .filter(
      object =>
        selects(object) && (after === undefined || keyOf(object) > after),
    );
  const items = limit ? selected.slice(0, limit) : selected;
  const remaining = selected.length - items.length;
  const metadata: Json = { resourceVersion: String(revision) };
  if (remaining) {
    metadata.continue = formatContinuation({
      revision,
      after: keyOf(items[items.length - 1]),
    });
    // A selector makes the count a guess, so it is left out then.
    if (!info.query.get('labelSelector') && !info.query.get('fieldSelector')) {
      metadata.remainingItemCount = remaining;
    }
  }
  return ok(
    representList(representation, resource, items, metadata, machinery.now()),
  );
}

function limitOf(text: string | null): number {
  if (!text) return 0;
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(
    `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function assertValidOptions({
  asked,
  match,
  token,
}: {
  asked: string | null;
  match: string | null;
  token: string | null;
}): void {
  if (token && asked && asked !== '0') {
    throw badRequest(
      'specifying resource version is not allowed when using continue',
    );
  }
  if (!match) return;
  const field = 'resourceVersionMatch';
  const forbid = (why: string) =>
    invalidListOptions([fieldError.forbidden(field, why)]);
  if (token)
    throw forbid('resourceVersionMatch is forbidden when continue is provided');
  if (!asked)
    throw forbid(
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalidListOptions([
      fieldError.notSupported(field, match, ['Exact', 'NotOlderThan', '']),
    ]);
  }
  if (match === 'Exact' && asked === '0') {
    throw forbid(
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    );
  }
}

function formatContinuation({ revision, after }: Continuation): string {
  return Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after }),
  ).toString('base64url');
}

function parseContinuation(token: string): Continuation {
  try {
    const { rv, start } = JSON.parse(
      Buffer.from(token, 'base64url').toString(),
    );
    if (Number.isInteger(rv) && typeof start === 'string')
      return { revision: rv, after: start };
  } catch {
    // Answered below, like any other token that is none of ours.
  }
  throw badRequest(
    `invalid continue token: continue key is not valid: ${JSON.stringify(
      token.slice(0, 50),
    )}`,
  );
}

function continuationExpired(): ApiError {
  return new ApiError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
  );
}
