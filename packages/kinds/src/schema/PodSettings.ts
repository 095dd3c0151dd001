import { z } from 'zod';
import { Affinity, Toleration } from './kubernetes/scheduling';
import { EnvVar, Lifecycle, Resources } from './kubernetes/container';
import { PodSecurityContext, SecurityContext } from './kubernetes/security';
import { Volume, VolumeMount } from './kubernetes/volumes';
import { keyedList, list, textMap } from './collections';
import { ObjectName } from './scalars';

const SystemContainer = z.object({
  extraEnv: keyedList(EnvVar, ['name'], 64)
    .optional()
    .describe('More variables of this container.'),
  extraVolumeMounts: keyedList(VolumeMount, ['mountPath'], 32)
    .optional()
    .describe('More volumes of this container.'),
  resources: Resources.optional().describe(
    'Requests and limits of this container.',
  ),
});

/** What a person may set on the pod of an agent. */
export const PodSettings = z.object({
  labels: textMap(63, 64)
    .optional()
    .describe('More labels of the pod. Greenroom’s own cannot be changed.'),
  annotations: textMap(16_384, 64)
    .optional()
    .describe('More annotations of the pod.'),
  scheduling: z
    .object({
      nodeSelector: textMap(63, 32)
        .optional()
        .describe('Labels a node must have.'),
      tolerations: list(Toleration, 32)
        .optional()
        .describe('Taints the pod puts up with.'),
      affinity: Affinity.optional().describe(
        'Nodes and pods to be near to or far from.',
      ),
      priorityClassName: ObjectName.optional().describe(
        'PriorityClass of the pod.',
      ),
    })
    .optional()
    .describe('Where the pod runs.'),
  runtimeClassName: ObjectName.optional().describe(
    'RuntimeClass of the pod, such as gvisor.',
  ),
  resources: Resources.optional().describe(
    'Requests and limits of the agent container.',
  ),
  securityContext: SecurityContext.optional().describe(
    'Changes the security context of the agent container; what is not set stays strict.',
  ),
  podSecurityContext: PodSecurityContext.optional().describe(
    'Changes the security context of the pod; what is not set stays strict.',
  ),
  lifecycle: Lifecycle.optional().describe('Hooks of the agent container.'),
  extraVolumes: keyedList(Volume, ['name'], 32)
    .optional()
    .describe('More volumes of the pod.'),
  extraVolumeMounts: keyedList(VolumeMount, ['mountPath'], 32)
    .optional()
    .describe('More volumes of the agent container.'),
  extraEnv: keyedList(EnvVar, ['name'], 128)
    .optional()
    .describe(
      'More variables of every container of the pod. Greenroom’s own cannot be changed.',
    ),
  systemContainers: z
    .object({
      runtimeInit: SystemContainer.optional().describe(
        'The container that copies the runtime.',
      ),
      contextInit: SystemContainer.optional().describe(
        'The container that writes the contexts.',
      ),
      gitInit: SystemContainer.optional().describe(
        'The containers that clone repositories.',
      ),
      gitSync: SystemContainer.optional().describe(
        'The containers that follow repositories.',
      ),
      pluginInit: SystemContainer.optional().describe(
        'The container that installs plugins.',
      ),
      sidecar: SystemContainer.optional().describe('The sidecar.'),
    })
    .optional()
    .describe('Changes to the containers that Greenroom adds.'),
});
export type PodSettings = z.output<typeof PodSettings>;
