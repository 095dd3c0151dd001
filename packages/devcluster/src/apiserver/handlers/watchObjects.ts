import type { StoreEvent } from '../../store/EventHistory';
import type { KubernetesObject } from '../../store/KubernetesObject';
import { ApiError, badRequest } from '../errors/ApiError';
import { fieldError } from '../errors/FieldError';
import { invalidListOptions } from './invalidOptions';
import { isTrue } from '../http/RequestInfo';
import type { RequestContext } from '../http/RequestContext';
import {
  represent,
  representationOf,
  type Representation,
} from '../http/Representation';
import { partialMetadata, toTable } from '../tables/toTable';
import { expiredFrom, parseRevision } from './listRevision';
import { selectionOf } from './listObjects';
import { presentObject } from './presentObject';

/** A client that reads this much slower than events come is cut off; it resumes from its last version. */
const maximumBacklogBytes = 64 * 1024 * 1024;
/** As often as a real API server sends them. */
const bookmarkIntervalMs = 60_000;

/** `GET` with `watch`: answers with one JSON line per event until the client goes or the time is over. */
export function watchObjects(context: RequestContext): void {
  const { machinery, info, resource, request, response } = context;
  const { store } = machinery;
  const { query } = info;
  const selects = selectionOf(context);
  const representation = representationOf(request, query);
  const wantsBookmarks = isTrue(query.get('allowWatchBookmarks'));
  const asked = query.get('resourceVersion');
  const sendInitial = wantsInitialEvents(query, wantsBookmarks);
  const from = parseRevision(asked);
  const selectsAll = !query.get('labelSelector') && !query.get('fieldSelector');
  let needsColumns = true;

  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, private',
    'Transfer-Encoding': 'chunked',
  });
  response.flushHeaders();

  const send = (chunk: Buffer | string) => {
    response.write(chunk);
    if (response.writableLength > maximumBacklogBytes) response.destroy();
  };
  const line = (type: string, object: KubernetesObject) => {
    const text = encode(type, object, representation, context, needsColumns);
    needsColumns = false;
    return text;
  };
  const bookmark = (isInitialEnd = false) => {
    const metadata = {
      resourceVersion: String(store.revision),
      creationTimestamp: null,
      ...(isInitialEnd && {
        annotations: { 'k8s.io/initial-events-end': 'true' },
      }),
    };
    const object = {
      kind: resource.kind,
      apiVersion: resource.apiVersion,
      metadata,
    };
    if (representation.form === 'table') {
      send(
        `${JSON.stringify({
          type: 'BOOKMARK',
          object: toTable(
            resource,
            [],
            metadata,
            representation.include,
            machinery.now(),
            false,
          ),
        })}\n`,
      );
      return;
    }
    const shown =
      representation.form === 'metadata'
        ? partialMetadata(object as unknown as KubernetesObject)
        : object;
    send(`${JSON.stringify({ type: 'BOOKMARK', object: shown })}\n`);
  };

  const deliver = (event: StoreEvent) => {
    if (info.namespace !== undefined && event.namespace !== info.namespace)
      return;
    const seen = selectsAll ? event.type : seenAs(event, selects, context);
    if (!seen) return;
    // A watcher that stops selecting an object is told so with its last selected state.
    const isLeaving = seen === 'DELETED' && event.type === 'MODIFIED';
    const object = isLeaving ? leaving(event) : event.object;
    const shown = presentObject(resource, object);
    if (representation.form === 'table') {
      send(line(seen, shown));
      return;
    }
    const key = `${seen} ${resource.apiVersion} ${representation.form} ${isLeaving}`;
    let encoded = event.encoded.get(key);
    if (!encoded) {
      encoded = Buffer.from(
        encode(seen, shown, representation, context, false),
      );
      event.encoded.set(key, encoded);
    }
    send(encoded);
  };

  let stop: () => void = () => {};
  try {
    let start = from;
    if (from === 0 || sendInitial) {
      start = store.revision;
      if (sendInitial !== false) {
        for (const stored of store.list(resource.collection, info.namespace)) {
          const object = presentObject(resource, stored);
          if (selects(object)) send(line('ADDED', object));
        }
      }
      if (sendInitial) bookmark(true);
    }
    stop = store.watch(resource.collection, start, deliver);
  } catch (error) {
    const refusal = expiredFrom(error);
    if (!(refusal instanceof ApiError)) throw error;
    send(`${JSON.stringify({ type: 'ERROR', object: refusal.toStatus() })}\n`);
    response.end();
    return;
  }

  const bookmarks = wantsBookmarks
    ? setInterval(bookmark, bookmarkIntervalMs)
    : undefined;
  const timeoutSeconds =
    Number(query.get('timeoutSeconds')) || 1800 + Math.random() * 1800;
  const timer = setTimeout(() => {
    if (wantsBookmarks) bookmark();
    // A slow reader closes much later; nothing may be written to an ended response meanwhile.
    stop();
    clearInterval(bookmarks);
    response.end();
  }, timeoutSeconds * 1000);
  response.on('close', () => {
    stop();
    clearInterval(bookmarks);
    clearTimeout(timer);
  });
}

/** @returns whether initial events are wanted; `undefined` leaves it to the resource version */
function wantsInitialEvents(
  query: URLSearchParams,
  wantsBookmarks: boolean,
): boolean | undefined {
  const text = query.get('sendInitialEvents');
  const match = query.get('resourceVersionMatch');
  if (text === null) {
    if (match) {
      throw invalidListOptions([
        fieldError.forbidden(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      ]);
    }
    return undefined;
  }
  if (match !== 'NotOlderThan') {
    throw invalidListOptions([
      fieldError.forbidden(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    ]);
  }
  if (isTrue(text) && !wantsBookmarks) {
    throw badRequest('sendInitialEvents requires allowWatchBookmarks');
  }
  return isTrue(text);
}

function encode(
  type: string,
  object: KubernetesObject,
  representation: Representation,
  { resource, machinery }: RequestContext,
  withColumns: boolean,
): string {
  const shown =
    representation.form === 'table'
      ? toTable(
          resource,
          [object],
          { resourceVersion: object.metadata.resourceVersion },
          representation.include,
          machinery.now(),
          withColumns,
        )
      : represent(representation, resource, object, machinery.now());
  return `${JSON.stringify({ type, object: shown })}\n`;
}

function seenAs(
  { type, object, previous }: StoreEvent,
  selects: (object: KubernetesObject) => boolean,
  { resource }: RequestContext,
): StoreEvent['type'] | undefined {
  const did =
    previous !== undefined && selects(presentObject(resource, previous));
  if (type === 'DELETED') return did ? 'DELETED' : undefined;
  const does = selects(presentObject(resource, object));
  if (does) return did ? 'MODIFIED' : 'ADDED';
  return did ? 'DELETED' : undefined;
}

function leaving({ previous, revision }: StoreEvent): KubernetesObject {
  return {
    ...previous!,
    metadata: { ...previous!.metadata, resourceVersion: String(revision) },
  };
}
