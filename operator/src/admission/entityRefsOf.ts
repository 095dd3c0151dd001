import type { RequestUser } from './AdmissionReview';

/** Kubernetes' group of those whom no authorisation holds back. */
const MASTERS = 'system:masters';
const ENTITY_REF = /^(user|group):[^/]+\/[^/]+$/;

/**
 * The catalog entities that a user of the cluster is: the username `alice` is `user:default/alice`, the group `sre` is
 * `group:default/sre`, and a name that is an entity ref already stands for itself. Names of Kubernetes' own (`system:…`) are nobody in the
 * catalog. Refs are compared in lower case.
 */
export function entityRefsOf(user: RequestUser): Set<string> {
  const refs = new Set<string>();
  add(refs, 'user', user.username);
  for (const group of user.groups ?? []) add(refs, 'group', group);
  return refs;
}

/** Whether RBAC lets the user do anything, so that an approvers' list would be a mere hint. */
export function isClusterAdmin(user: RequestUser): boolean {
  return user.groups?.includes(MASTERS) ?? false;
}

function add(refs: Set<string>, kind: 'user' | 'group', name: string): void {
  const lower = name.toLowerCase();
  if (ENTITY_REF.test(lower)) {
    // A group may not claim to be a user.
    if (lower.startsWith(`${kind}:`)) refs.add(lower);
  } else if (!lower.startsWith('system:')) {
    refs.add(`${kind}:default/${lower}`);
  }
}
