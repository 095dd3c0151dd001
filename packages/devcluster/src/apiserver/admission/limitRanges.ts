import type { Json } from '../../store/KubernetesObject';
import { quantityNanos } from '../../schemas/Quantity';
import { forbidden } from '../errors/ApiError';
import { groupResourceOf } from '../resources/ServedResource';
import type { AdmissionPlugin, AdmissionRequest } from './AdmissionChain';

function concerns({
  operation,
  resource,
  subresource,
}: AdmissionRequest): boolean {
  if (subresource) return false;
  return (
    (resource.collection === '/pods' && operation === 'CREATE') ||
    (resource.collection === '/persistentvolumeclaims' &&
      (operation === 'CREATE' || operation === 'UPDATE'))
  );
}

function limitsOf(
  { machinery, namespace }: AdmissionRequest,
  type: string,
): Json[] {
  return machinery.store
    .list('/limitranges', namespace)
    .flatMap(({ spec }) => spec?.limits ?? [])
    .filter((limit: Json) => limit.type === type);
}

/** Gives containers the namespace's default requests and limits, and refuses what is outside of its bounds. */
export const limitRanges: AdmissionPlugin = {
  mutate(request) {
    if (!concerns(request) || request.resource.collection !== '/pods') return;
    const { spec, metadata } = request.object!;
    const set: string[] = [];
    for (const limit of limitsOf(request, 'Container')) {
      for (const list of ['initContainers', 'containers']) {
        for (const container of spec[list] ?? []) {
          const { resources } = container;
          for (const [field, defaults] of [
            ['limits', limit.default],
            ['requests', limit.defaultRequest],
          ] as const) {
            for (const [name, amount] of Object.entries(defaults ?? {})) {
              resources[field] ??= {};
              if (resources[field][name] !== undefined) continue;
              resources[field][name] = amount;
              set.push(
                `${name} ${
                  field === 'limits' ? 'limit' : 'request'
                } for container ${container.name}`,
              );
            }
          }
        }
      }
    }
    if (set.length) {
      metadata.annotations = {
        ...metadata.annotations,
        'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${set.join(
          '; ',
        )}`,
      };
    }
  },
  validate(request) {
    if (!concerns(request)) return;
    const { object, resource, name } = request;
    const problems =
      resource.collection === '/pods'
        ? podProblems(request, object!.spec)
        : limitsOf(request, 'PersistentVolumeClaim').flatMap(limit =>
            bounds(
              limit,
              'PersistentVolumeClaim',
              object!.spec.resources ?? {},
              false,
            ),
          );
    if (problems.length) {
      throw forbidden(
        groupResourceOf(resource),
        name,
        problems.length > 1 ? `[${problems.join(', ')}]` : problems[0],
      );
    }
  },
};

function podProblems(request: AdmissionRequest, spec: Json): string[] {
  const containers: Json[] = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
  ];
  const problems = limitsOf(request, 'Container').flatMap(limit =>
    containers.flatMap(({ resources }) =>
      bounds(limit, 'Container', resources ?? {}, true),
    ),
  );
  for (const limit of limitsOf(request, 'Pod')) {
    problems.push(...bounds(limit, 'Pod', sum(spec.containers), true));
  }
  return problems;
}

function sum(containers: Json[]): Json {
  const total: Record<string, Record<string, bigint>> = {
    requests: {},
    limits: {},
  };
  for (const { resources = {} } of containers) {
    for (const field of ['requests', 'limits']) {
      for (const [name, amount] of Object.entries(resources[field] ?? {})) {
        total[field][name] =
          (total[field][name] ?? 0n) + quantityNanos(amount as string);
      }
    }
  }
  const text = (amounts: Record<string, bigint>) =>
    Object.fromEntries(
      Object.entries(amounts).map(([name, nanos]) => [name, `${nanos}n`]),
    );
  return { requests: text(total.requests), limits: text(total.limits) };
}

function bounds(
  limit: Json,
  type: string,
  { requests = {}, limits = {} }: Json,
  hasLimits: boolean,
): string[] {
  const problems: string[] = [];
  for (const [name, minimum] of Object.entries<string>(limit.min ?? {})) {
    if (requests[name] === undefined) {
      problems.push(
        `minimum ${name} usage per ${type} is ${minimum}.  No request is specified`,
      );
    } else if (quantityNanos(requests[name]) < quantityNanos(minimum)) {
      problems.push(
        `minimum ${name} usage per ${type} is ${minimum}, but request is ${requests[name]}`,
      );
    }
  }
  for (const [name, maximum] of Object.entries<string>(limit.max ?? {})) {
    const amount = hasLimits ? limits[name] : requests[name];
    const word = hasLimits ? 'limit' : 'request';
    if (amount === undefined) {
      problems.push(
        `maximum ${name} usage per ${type} is ${maximum}.  No ${word} is specified`,
      );
    } else if (quantityNanos(amount) > quantityNanos(maximum)) {
      problems.push(
        `maximum ${name} usage per ${type} is ${maximum}, but ${word} is ${amount}`,
      );
    }
  }
  return problems;
}
