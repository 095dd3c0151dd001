import type { PodSecurityContext, SecurityContext } from './PodTypes';

/**
 * User and group of every container. Any number but 0 would do; this one is above those that images give to people and
 * services, so files of a volume belong to nobody by accident.
 */
export const agentUserId = 10_001;

/** What Pod Security `restricted` asks of a container, and no more. */
export const restrictedContainer: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** For containers that write to their volumes only. */
export const readOnlyContainer: SecurityContext = {
  ...restrictedContainer,
  readOnlyRootFilesystem: true,
};

/**
 * The pod's part of Pod Security `restricted`.
 *
 * @param assignsUserIds - the cluster chooses user ids itself (OpenShift): none are named then
 */
export function restrictedPod(assignsUserIds: boolean): PodSecurityContext {
  return {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
    ...(assignsUserIds
      ? {}
      : {
          runAsUser: agentUserId,
          runAsGroup: agentUserId,
          fsGroup: agentUserId,
          fsGroupChangePolicy: 'OnRootMismatch',
        }),
  };
}
