import type { ConfigMap, Pod, Secret } from '@greenroom/controller-runtime';
import { fieldValue, type PodFacts } from '../environment/fieldValue';
import {
  resourceFieldValue,
  type Allocatable,
} from '../environment/resourceFieldValue';
import type { Volume } from '../pods/podParts';
import { type PayloadFile, VolumeError } from './PayloadFile';
import {
  configMapData,
  secretData,
  selectFiles,
  type KeySelection,
} from './selectFiles';

type Projected = NonNullable<Volume['projected']>;
type Projection = NonNullable<Projected['sources']>[number];
type DownwardItem = NonNullable<
  NonNullable<Volume['downwardAPI']>['items']
>[number];
export type TokenProjection = NonNullable<Projection['serviceAccountToken']>;

/** What volumes are filled from. Objects that do not exist are absent. */
export interface PayloadSources {
  pod: Pod;
  facts: PodFacts;
  allocatable: Allocatable;
  configMaps: ReadonlyMap<string, ConfigMap>;
  secrets: ReadonlyMap<string, Secret>;
  /** Tokens by audience; `''` is the API server's own. */
  tokens: ReadonlyMap<string, string>;
}

/** Mode 0644, the API's default. */
const DEFAULT_MODE = 0o644;

/** Tokens are for the container alone; others' users may read them through the group, as on a real node. */
const TOKEN_MODE = 0o600;

/**
 * The files of a volume that is filled from the API, or `undefined` for a volume of another sort.
 * Throws {@link VolumeError} if something it needs does not exist.
 */
export function volumePayload(
  volume: Volume,
  sources: PayloadSources,
): PayloadFile[] | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) {
    const { name, ...selection } = configMap;
    return configMapFiles(name, selectionOf(selection), sources);
  }
  if (secret) {
    const { secretName, ...selection } = secret;
    return secretFiles(secretName, selectionOf(selection), sources);
  }
  if (downwardAPI) {
    const mode = downwardAPI.defaultMode ?? DEFAULT_MODE;
    return (downwardAPI.items ?? []).map(item =>
      downwardFile(item, mode, sources),
    );
  }
  if (projected) {
    const mode = projected.defaultMode ?? DEFAULT_MODE;
    return (projected.sources ?? []).flatMap(source =>
      projectionFiles(source, mode, sources),
    );
  }
  return undefined;
}

/** The names of ConfigMaps and Secrets a volume is filled from. */
export function volumeReferences(volume: Volume): {
  configMaps: string[];
  secrets: string[];
  tokens: TokenProjection[];
} {
  const projections = volume.projected?.sources ?? [];
  const present = <T>(list: (T | undefined)[]) =>
    list.filter(each => each !== undefined) as T[];
  return {
    configMaps: present([
      volume.configMap?.name,
      ...projections.map(({ configMap }) => configMap?.name),
    ]),
    secrets: present([
      volume.secret?.secretName,
      ...projections.map(({ secret }) => secret?.name),
    ]),
    tokens: present(
      projections.map(({ serviceAccountToken }) => serviceAccountToken),
    ),
  };
}

function projectionFiles(
  projection: Projection,
  defaultMode: number,
  sources: PayloadSources,
): PayloadFile[] {
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  if (configMap) {
    const { name, ...selection } = configMap;
    return configMapFiles(name, { ...selection, defaultMode }, sources);
  }
  if (secret) {
    const { name, ...selection } = secret;
    return secretFiles(name, { ...selection, defaultMode }, sources);
  }
  if (downwardAPI) {
    return (downwardAPI.items ?? []).map(item =>
      downwardFile(item, defaultMode, sources),
    );
  }
  if (serviceAccountToken) {
    const { audience = '', path } = serviceAccountToken;
    const token = sources.tokens.get(audience);
    if (token === undefined) {
      throw new VolumeError(
        `there is no token of the service account for audience "${audience}" yet`,
      );
    }
    return [{ path, content: Buffer.from(token), mode: TOKEN_MODE }];
  }
  return [];
}

function configMapFiles(
  name: string | undefined,
  selection: KeySelection,
  { configMaps }: PayloadSources,
): PayloadFile[] {
  const found = configMaps.get(name ?? '');
  if (!found && !selection.optional) {
    throw new VolumeError(`configmap "${name}" not found`);
  }
  return found
    ? selectFiles(configMapData(found), selection, `configmap "${name}"`)
    : [];
}

function secretFiles(
  name: string | undefined,
  selection: KeySelection,
  { secrets }: PayloadSources,
): PayloadFile[] {
  const found = secrets.get(name ?? '');
  if (!found && !selection.optional) {
    throw new VolumeError(`secret "${name}" not found`);
  }
  return found
    ? selectFiles(secretData(found), selection, `secret "${name}"`)
    : [];
}

function downwardFile(
  { path, mode, fieldRef, resourceFieldRef }: DownwardItem,
  defaultMode: number,
  { pod, facts, allocatable }: PayloadSources,
): PayloadFile {
  let value = '';
  if (fieldRef) {
    value = fieldValue(pod, fieldRef.fieldPath, facts);
  } else if (resourceFieldRef) {
    const { containerName, resource, divisor } = resourceFieldRef;
    const { containers, initContainers = [] } = pod.spec!;
    const container = [...containers, ...initContainers].find(
      ({ name }) => name === containerName,
    );
    if (!container) {
      throw new VolumeError(
        `the downward API file "${path}" names container "${containerName}", which the pod does not have`,
      );
    }
    value = resourceFieldValue(container, resource, divisor, allocatable);
  }
  return { path, content: Buffer.from(value), mode: mode ?? defaultMode };
}

function selectionOf(selection: Partial<KeySelection>): KeySelection {
  return { ...selection, defaultMode: selection.defaultMode ?? DEFAULT_MODE };
}
