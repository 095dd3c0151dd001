import type { ConfigMap, Pod, Secret } from '@greenroom/controller-runtime';
import type { Container, EnvVar } from '../pods/podParts';
import { expandVariables } from './expandVariables';
import { fieldValue, type PodFacts } from './fieldValue';
import { resourceFieldValue, type Allocatable } from './resourceFieldValue';

/** What a container's environment is made from. Objects that do not exist are absent. */
export interface EnvironmentSources {
  pod: Pod;
  facts: PodFacts;
  allocatable: Allocatable;
  configMaps: ReadonlyMap<string, ConfigMap>;
  secrets: ReadonlyMap<string, Secret>;
  /** Variables the container can refer to but does not set itself: those of Services. */
  ambient: ReadonlyMap<string, string>;
}

/** Why a container's environment cannot be made yet: something it needs does not exist. Shown as `CreateContainerConfigError`. */
export class ContainerConfigError extends Error {
  readonly name = 'ContainerConfigError';
}

/** The variables of `envFrom` and `env`, in order, expanded. Throws {@link ContainerConfigError}. */
export function resolveEnvironment(
  container: Container,
  sources: EnvironmentSources,
): Map<string, string> {
  const result = new Map<string, string>();
  const defined = new Map(sources.ambient);
  const set = (name: string, value: string) => {
    result.set(name, value);
    defined.set(name, value);
  };
  for (const [name, value] of envFrom(container, sources)) set(name, value);
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? referredValue(container, variable, sources)
      : expandVariables(variable.value ?? '', defined);
    if (value !== undefined) set(variable.name, value);
  }
  return result;
}

/** The names of ConfigMaps and Secrets that a container's environment refers to. */
export function environmentReferences(container: Container): {
  configMaps: string[];
  secrets: string[];
} {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef?.name) configMaps.add(configMapRef.name);
    if (secretRef?.name) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
    if (configMapKeyRef?.name) configMaps.add(configMapKeyRef.name);
    if (secretKeyRef?.name) secrets.add(secretKeyRef.name);
  }
  return { configMaps: [...configMaps], secrets: [...secrets] };
}

function* envFrom(
  container: Container,
  { configMaps, secrets }: EnvironmentSources,
): Generator<[string, string]> {
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ??
    []) {
    if (configMapRef) {
      const map = configMaps.get(configMapRef.name ?? '');
      if (!map && !configMapRef.optional) {
        throw new ContainerConfigError(
          `configmap "${configMapRef.name}" not found`,
        );
      }
      for (const [key, value] of Object.entries(map?.data ?? {})) {
        yield [prefix + key, value];
      }
    }
    if (secretRef) {
      const secret = secrets.get(secretRef.name ?? '');
      if (!secret && !secretRef.optional) {
        throw new ContainerConfigError(`secret "${secretRef.name}" not found`);
      }
      for (const [key, value] of Object.entries(secret?.data ?? {})) {
        yield [prefix + key, decode(value)];
      }
    }
  }
}

function referredValue(
  container: Container,
  variable: EnvVar,
  sources: EnvironmentSources,
): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } =
    variable.valueFrom!;
  if (fieldRef) {
    return fieldValue(sources.pod, fieldRef.fieldPath, sources.facts);
  }
  if (resourceFieldRef) {
    const { resource, divisor, containerName } = resourceFieldRef;
    return resourceFieldValue(
      containerNamed(sources.pod, containerName) ?? container,
      resource,
      divisor,
      sources.allocatable,
    );
  }
  if (configMapKeyRef) {
    const { name = '', key, optional } = configMapKeyRef;
    const value = sources.configMaps.get(name)?.data?.[key];
    if (value === undefined && !optional) {
      throw missing('configmap', name, key, sources.configMaps.has(name));
    }
    return value;
  }
  if (secretKeyRef) {
    const { name = '', key, optional } = secretKeyRef;
    const value = sources.secrets.get(name)?.data?.[key];
    if (value === undefined && !optional) {
      throw missing('secret', name, key, sources.secrets.has(name));
    }
    return value === undefined ? undefined : decode(value);
  }
  throw new ContainerConfigError(
    `environment variable "${variable.name}" has a valueFrom that names nothing`,
  );
}

function missing(
  kind: string,
  name: string,
  key: string,
  exists: boolean,
): ContainerConfigError {
  return new ContainerConfigError(
    exists
      ? `couldn't find key ${key} in ${kind} "${name}"`
      : `${kind} "${name}" not found`,
  );
}

function containerNamed(
  pod: Pod,
  name: string | undefined,
): Container | undefined {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  return [...containers, ...initContainers].find(each => each.name === name);
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
