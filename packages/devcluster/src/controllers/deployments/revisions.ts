import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Deployment, ReplicaSet } from '@greenroom/controller-runtime';

type Template = NonNullable<NonNullable<Deployment['spec']>['template']>;

/** Tells the pods of one ReplicaSet of a Deployment from those of the others. */
export const TEMPLATE_HASH_LABEL = 'pod-template-hash';

export const REVISION = 'deployment.kubernetes.io/revision';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a Deployment that say nothing about one of its revisions. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deployment.kubernetes.io/revision-history',
  'deprecated.deployment.rollback.to',
]);

/** Which revision a ReplicaSet is, from 1; 0 if it does not say. */
export function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[REVISION] ?? 0) || 0;
}

/** The oldest ReplicaSet that has the Deployment's present template. */
export function findNewReplicaSet(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const wanted = comparable(deployment.spec?.template);
  return [...replicaSets]
    .sort(byAge)
    .find(({ spec }) => isDeepStrictEqual(comparable(spec?.template), wanted));
}

/** Oldest first. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const [at, bt] = [a, b].map(
    ({ metadata }) => metadata.creationTimestamp ?? '',
  );
  return (
    at.localeCompare(bt) || a.metadata.name!.localeCompare(b.metadata.name!)
  );
}

/** A short name for a template, as the label and the end of the ReplicaSet's name. */
export function templateHash(
  template: Template | undefined,
  collisionCount: number,
): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(template))
    .update(String(collisionCount))
    .digest('hex');
  return digest.slice(0, 10);
}

/** What a ReplicaSet takes over of its Deployment's annotations, so that `kubectl rollout history` can show it. */
export function copiedAnnotations({
  metadata,
}: Deployment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([name]) => !NOT_COPIED.has(name),
    ),
  );
}

function comparable(template: Template | undefined): unknown {
  const { [TEMPLATE_HASH_LABEL]: _hash, ...labels } =
    template?.metadata?.labels ?? {};
  const { creationTimestamp: _time, ...metadata } = (template?.metadata ??
    {}) as Record<string, unknown>;
  return { ...template, metadata: { ...metadata, labels } };
}
