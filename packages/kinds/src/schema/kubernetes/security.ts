import { z } from 'zod';
import { list } from '../collections';
import { filled, integer, text } from '../scalars';

/** Linux ids go up to 2³¹ − 1. */
const Id = integer(0, 2_147_483_647);

const SeccompProfile = z.object({
  type: z
    .enum(['RuntimeDefault', 'Localhost', 'Unconfined'])
    .describe('Kind of profile.'),
  localhostProfile: text(512)
    .optional()
    .describe('File of the profile on the node.'),
});

const SeLinuxOptions = z.object({
  level: text(253).optional().describe('Level label.'),
  role: text(253).optional().describe('Role label.'),
  type: text(253).optional().describe('Type label.'),
  user: text(253).optional().describe('User label.'),
});

/** Security of a container, as in Kubernetes. */
export const SecurityContext = z.object({
  allowPrivilegeEscalation: z
    .boolean()
    .optional()
    .describe('Whether a process may gain rights.'),
  capabilities: z
    .object({
      add: list(filled(64), 64).optional().describe('Capabilities to add.'),
      drop: list(filled(64), 64).optional().describe('Capabilities to drop.'),
    })
    .optional()
    .describe('Linux capabilities.'),
  privileged: z
    .boolean()
    .optional()
    .describe('Whether it has all rights on the node.'),
  readOnlyRootFilesystem: z
    .boolean()
    .optional()
    .describe('Whether the image is read-only.'),
  runAsGroup: Id.optional().describe('Group id.'),
  runAsNonRoot: z.boolean().optional().describe('Whether root is refused.'),
  runAsUser: Id.optional().describe('User id.'),
  seLinuxOptions: SeLinuxOptions.optional().describe('SELinux labels.'),
  seccompProfile: SeccompProfile.optional().describe('Seccomp profile.'),
});

/** Security of a pod, as in Kubernetes. */
export const PodSecurityContext = z.object({
  fsGroup: Id.optional().describe('Group that owns the volumes.'),
  fsGroupChangePolicy: z
    .enum(['OnRootMismatch', 'Always'])
    .optional()
    .describe('When the owner of a volume’s files is set.'),
  runAsGroup: Id.optional().describe('Group id.'),
  runAsNonRoot: z.boolean().optional().describe('Whether root is refused.'),
  runAsUser: Id.optional().describe('User id.'),
  supplementalGroups: list(Id, 32).optional().describe('More group ids.'),
  seLinuxOptions: SeLinuxOptions.optional().describe('SELinux labels.'),
  seccompProfile: SeccompProfile.optional().describe('Seccomp profile.'),
});
