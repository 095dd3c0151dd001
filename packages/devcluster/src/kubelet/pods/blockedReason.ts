/** Why a container cannot be started now, as its status says it. */
export interface BlockedReason {
  reason: string;
  message: string;
}

/** What `waiting.reason` says for each error, the first time and while it is tried again. */
const REASONS: Record<string, [first: string, again: string]> = {
  UnknownImageError: ['ErrImagePull', 'ImagePullBackOff'],
  ContainerConfigError: [
    'CreateContainerConfigError',
    'CreateContainerConfigError',
  ],
  NoCommandError: ['CreateContainerError', 'CreateContainerError'],
};

/** @param attempts - how often it failed in a row, from 1 */
export function blockedReason(error: Error, attempts: number): BlockedReason {
  const reasons = REASONS[error.name] ?? [
    'CreateContainerError',
    'CreateContainerError',
  ];
  const reason = attempts > 1 ? reasons[1] : reasons[0];
  return { reason, message: error.message };
}
