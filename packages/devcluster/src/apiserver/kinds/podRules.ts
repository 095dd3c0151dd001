import { isDeepStrictEqual } from 'node:util';
import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import type { KindRules } from '../resources/ServedResource';
import { applyPodSpecDefaults, applyRequestDefaults } from './podDefaults';
import { validatePodSpec } from './podValidation';
import { qosClassOf } from './qosClassOf';

export const podRules: KindRules = {
  hasGeneration: true,
  applyDefaults(pod) {
    pod.spec ??= {};
    applyPodSpecDefaults(pod.spec);
    applyRequestDefaults(pod.spec);
    pod.status ??= {};
  },
  prepareCreate(pod) {
    pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec) };
  },
  prepareUpdate(pod, old) {
    pod.status = old.status;
  },
  prepareStatusUpdate(pod, old) {
    pod.metadata.ownerReferences = old.metadata.ownerReferences;
    if (!pod.metadata.ownerReferences) delete pod.metadata.ownerReferences;
    pod.status = {
      ...pod.status,
      qosClass: pod.status?.qosClass ?? old.status?.qosClass,
    };
  },
  validate: pod => validatePodSpec(pod.spec, 'spec'),
  validateUpdate,
  // A pod that no node runs has nothing to end.
  gracePeriodSeconds({ spec, status }) {
    const isOver = status?.phase === 'Failed' || status?.phase === 'Succeeded';
    if (!spec?.nodeName || isOver) return 0;
    return spec.terminationGracePeriodSeconds ?? 30;
  },
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(Boolean(spec?.hostNetwork)),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIP ?? '',
    'status.podIPs': ({ status }) => status?.podIP ?? '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
};

const immutableMessage =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function validateUpdate(
  pod: KubernetesObject,
  old: KubernetesObject,
): FieldError[] {
  if (pod.spec.containers.length !== old.spec.containers.length) {
    return [
      fieldError.forbidden(
        'spec.containers',
        'pod updates may not add or remove containers',
      ),
    ];
  }
  const changed = mutableAsOld(pod.spec, old.spec);
  if (isDeepStrictEqual(changed, old.spec)) return [];
  return [
    fieldError.forbidden(
      'spec',
      `${immutableMessage}\n${difference(changed, old.spec)}`,
    ),
  ];
}

/** The new spec with the fields that may change as they were. */
function mutableAsOld(spec: Json, old: Json): Json {
  const images = (list: string) =>
    spec[list] && {
      [list]: spec[list].map((each: Json, index: number) => ({
        ...each,
        ...(old[list]?.[index] && { image: old[list][index].image }),
      })),
    };
  const result = {
    ...spec,
    ...images('containers'),
    ...images('initContainers'),
  };
  for (const field of ['activeDeadlineSeconds', 'tolerations']) {
    if (old[field] === undefined) delete result[field];
    else result[field] = old[field];
  }
  return result;
}

function difference(now: Json, old: Json): string {
  const lines = [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .filter(key => !isDeepStrictEqual(now[key], old[key]))
    .flatMap(key => [
      `- ${key}: ${JSON.stringify(old[key])}`,
      `+ ${key}: ${JSON.stringify(now[key])}`,
    ]);
  return lines.join('\n');
}
