import { isDeepStrictEqual } from 'node:util';
import type { ObjectStore } from '../../store/ObjectStore';
import { collectionOf, namespaceUsage, shown } from './resourceQuotas';

const quotas = '/resourcequotas';

/** Keeps `status` of all quotas true as objects come and go. @returns how to stop */
export function countQuotas(store: ObjectStore): () => void {
  const watched = new Map<string, () => void>();
  const due = new Set<string>();
  let isStopped = false;

  const count = (namespace: string) => {
    for (const quota of store.list(quotas, namespace)) {
      const hard: Record<string, string> = quota.spec?.hard ?? {};
      const usage = namespaceUsage(store, namespace, Object.keys(hard));
      const status = {
        hard,
        used: Object.fromEntries(
          Object.entries(hard).map(([resource, limit]) => [
            resource,
            shown(usage[resource], limit),
          ]),
        ),
      };
      if (!isDeepStrictEqual(status, quota.status))
        store.update(quotas, { ...quota, status }, quota);
    }
  };
  /** Once for all changes of one turn: a thousand pods are not counted a thousand times. */
  const schedule = (namespace: string) => {
    if (!due.size) {
      setImmediate(() => {
        const namespaces = [...due];
        due.clear();
        if (!isStopped) namespaces.forEach(count);
      });
    }
    due.add(namespace);
  };
  const hasQuota = (namespace: string) => {
    const [first] = store.each(quotas, namespace);
    return first !== undefined;
  };
  const follow = (collection: string) => {
    if (watched.has(collection)) return;
    watched.set(
      collection,
      store.watch(collection, store.revision, ({ namespace }) => {
        if (hasQuota(namespace)) schedule(namespace);
      }),
    );
  };
  const followAll = () => {
    for (const { spec, metadata } of store.each(quotas)) {
      Object.keys(spec?.hard ?? {}).forEach(resource =>
        follow(collectionOf(resource)),
      );
      schedule(metadata.namespace!);
    }
  };
  followAll();
  const stop = store.watch(quotas, store.revision, ({ type }) => {
    if (type !== 'DELETED') followAll();
  });
  return () => {
    isStopped = true;
    stop();
    for (const each of watched.values()) each();
  };
}
