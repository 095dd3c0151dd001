import type { ResolvedAgent } from '@greenroom/kinds';
import type { Container, EnvVar, Resources, VolumeMount } from './PodTypes';

type PodSettings = ResolvedAgent['podSpec'];

/** What a person may change on a container that Greenroom adds. */
export type SystemContainerSettings = NonNullable<
  NonNullable<PodSettings['systemContainers']>[keyof NonNullable<
    PodSettings['systemContainers']
  >]
>;

/** Variables as a manifest has them, where a quantity may be a number. */
type WrittenEnv = NonNullable<PodSettings['extraEnv']>;

/** Requests and limits as a manifest has them, where a quantity may be a number. */
type WrittenResources = NonNullable<PodSettings['resources']>;

/** One of Greenroom's own containers with a person's changes; Greenroom's variables cannot be replaced. */
export function systemContainer(
  podSpec: PodSettings,
  settings: SystemContainerSettings | undefined,
  own: Container,
): Container {
  return {
    ...own,
    env: withExtraEnv(own.env ?? [], [
      ...(settings?.extraEnv ?? []),
      ...(podSpec.extraEnv ?? []),
    ]),
    resources: mergedResources(own.resources, settings?.resources),
    volumeMounts: [
      ...(own.volumeMounts ?? []),
      ...((settings?.extraVolumeMounts ?? []) as VolumeMount[]),
    ],
  };
}

/** More variables after the own ones; the first of a name wins. */
export function withExtraEnv(
  own: readonly EnvVar[],
  extra: WrittenEnv,
): EnvVar[] {
  const names = new Set(own.map(({ name }) => name));
  const more = extra.filter(({ name }) => !names.has(name) && names.add(name));
  return [...own, ...more.map(toEnvVar)];
}

/** Requests and limits, those a person set replacing the default of the same resource. */
export function mergedResources(
  own: Resources | undefined,
  set: WrittenResources | undefined,
): Resources {
  return {
    requests: quantities({ ...own?.requests, ...set?.requests }),
    limits: quantities({ ...own?.limits, ...set?.limits }),
  };
}

function toEnvVar(written: WrittenEnv[number]): EnvVar {
  const resource = written.valueFrom?.resourceFieldRef;
  if (resource?.divisor === undefined) return written as EnvVar;
  return {
    ...written,
    valueFrom: {
      resourceFieldRef: { ...resource, divisor: String(resource.divisor) },
    },
  };
}

/** Quantities as texts in the order of their names. */
function quantities(
  record: Record<string, string | number>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record)
      .map(([name, value]) => [name, String(value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
