import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type { ObjectStore } from '../../store/ObjectStore';
import { formatQuantity, quantityNanos } from '../../schemas/Quantity';
import { forbidden } from '../errors/ApiError';
import { groupResourceOf } from '../resources/ServedResource';
import type { AdmissionPlugin } from './AdmissionChain';

const nano = 1_000_000_000n;

/** What one object uses of a namespace's quota, in nano units by the quota's resource names. */
export function usageOf(
  collection: string,
  object: KubernetesObject,
): Record<string, bigint> {
  const [group, plural] = collection.split('/');
  const usage: Record<string, bigint> = {
    [`count/${plural}${group ? `.${group}` : ''}`]: nano,
  };
  if (!group) usage[plural] = nano;
  if (collection === '/pods') addPod(usage, object);
  if (collection === '/persistentvolumeclaims') {
    usage['requests.storage'] = quantityNanos(
      object.spec?.resources?.requests?.storage ?? '0',
    );
  }
  if (collection === '/services') {
    if (object.spec?.type === 'NodePort') usage['services.nodeports'] = nano;
    if (object.spec?.type === 'LoadBalancer')
      usage['services.loadbalancers'] = nano;
  }
  return usage;
}

function addPod(
  usage: Record<string, bigint>,
  { spec, status }: KubernetesObject,
): void {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') {
    delete usage.pods;
    return;
  }
  for (const { resources = {} } of spec?.containers ?? []) {
    for (const field of ['requests', 'limits'] as const) {
      for (const [name, amount] of Object.entries<string>(
        resources[field] ?? {},
      )) {
        const nanos = quantityNanos(amount);
        const key = `${field}.${name}`;
        usage[key] = (usage[key] ?? 0n) + nanos;
        if (field === 'requests') usage[name] = (usage[name] ?? 0n) + nanos;
      }
    }
  }
}

/** What all objects of a namespace use of these resources. */
export function namespaceUsage(
  store: ObjectStore,
  namespace: string,
  resources: string[],
): Record<string, bigint> {
  const total: Record<string, bigint> = Object.fromEntries(
    resources.map(each => [each, 0n]),
  );
  for (const collection of new Set(resources.map(collectionOf))) {
    for (const object of store.each(collection, namespace)) {
      const usage = usageOf(collection, object);
      for (const each of resources) total[each] += usage[each] ?? 0n;
    }
  }
  return total;
}

/** The collection whose objects a quota's resource counts. */
export function collectionOf(resource: string): string {
  if (resource.startsWith('count/')) {
    const [plural, ...group] = resource.slice('count/'.length).split('.');
    return `${group.join('.')}/${plural}`;
  }
  if (resource === 'requests.storage') return '/persistentvolumeclaims';
  if (resource.startsWith('services.')) return '/services';
  const isCompute =
    /^(requests\.|limits\.)?(cpu|memory|ephemeral-storage|hugepages-.*)$/.test(
      resource,
    );
  return isCompute ? '/pods' : `/${resource}`;
}

/** Refuses what would use more than a quota of the namespace allows, and keeps the quotas' `status.used`. */
export const resourceQuotas: AdmissionPlugin = {
  validate({
    machinery,
    operation,
    resource,
    subresource,
    namespace,
    name,
    object,
    dryRun,
  }) {
    if (
      operation !== 'CREATE' ||
      subresource ||
      namespace === undefined ||
      !object
    )
      return;
    const { store } = machinery;
    const wanted = usageOf(resource.collection, object);
    for (const quota of store.list('/resourcequotas', namespace)) {
      const hard: Record<string, string> = quota.spec?.hard ?? {};
      const concerned = Object.keys(hard).filter(
        each => wanted[each] !== undefined,
      );
      const missing = missingAmounts(resource.collection, hard, wanted);
      if (missing.length) {
        throw forbidden(
          groupResourceOf(resource),
          name,
          `failed quota: ${quota.metadata.name}: must specify ${missing.join(
            ' for: ',
          )}`,
        );
      }
      const used = namespaceUsage(store, namespace, concerned);
      const exceeded = concerned.filter(
        each => used[each] + wanted[each] > quantityNanos(hard[each]),
      );
      if (exceeded.length) {
        const list = (amount: (each: string) => string) =>
          exceeded.map(each => `${each}=${amount(each)}`).join(',');
        throw forbidden(
          groupResourceOf(resource),
          name,
          `exceeded quota: ${quota.metadata.name}, requested: ${list(each =>
            shown(wanted[each], hard[each]),
          )}, used: ${list(each =>
            shown(used[each], hard[each]),
          )}, limited: ${list(each => hard[each])}`,
        );
      }
      if (concerned.length && !dryRun)
        recordUsage(store, quota, concerned, used, wanted);
    }
  },
};

function missingAmounts(
  collection: string,
  hard: Record<string, string>,
  wanted: Record<string, bigint>,
): string[] {
  if (collection !== '/pods') return [];
  return Object.keys(hard).filter(
    each =>
      collectionOf(each) === '/pods' &&
      /cpu|memory/.test(each) &&
      wanted[each] === undefined,
  );
}

function recordUsage(
  store: ObjectStore,
  quota: KubernetesObject,
  concerned: string[],
  used: Record<string, bigint>,
  wanted: Record<string, bigint>,
): void {
  const status: Json = {
    hard: quota.spec.hard,
    used: {
      ...quota.status?.used,
      ...Object.fromEntries(
        concerned.map(each => [
          each,
          shown(used[each] + wanted[each], quota.spec.hard[each]),
        ]),
      ),
    },
  };
  store.update('/resourcequotas', { ...quota, status }, quota);
}

/** An amount in the units that the quota itself uses. */
export function shown(nanos: bigint, like: string): string {
  return formatQuantity(
    nanos,
    /[KMGTPE]i$/.test(like) ? 'BinarySI' : 'DecimalSI',
  );
}
