import { isDeepStrictEqual } from 'node:util';
import {
  ApiError,
  Job,
  ownerKey,
  Pod,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { controllerReference, isControlledBy } from '../pods/controllerOf';
import { PodControl } from '../pods/PodControl';
import { podFromTemplate } from '../pods/podFromTemplate';
import type { ReconcilerParts } from '../ReconcilerParts';
import { TRACKING_FINALIZER } from './countPods';
import { decideJob, jobOutcome, type JobDecision } from './decideJob';

/** Kubernetes waits 10 s and more before it replaces a failed pod; whoever develops on a laptop should not. */
const BACK_OFF = { baseMs: 1_000, maxMs: 60_000 };

/** Runs the pods of a Job until enough have succeeded or too many have failed. */
export class JobReconciler implements Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #pods: PodControl;

  constructor(parts: ReconcilerParts, pods: PodControl) {
    this.#parts = parts;
    this.#pods = pods;
  }

  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const { cache, client } = this.#parts;
    const job = cache.get(Job, key);
    if (!job) {
      await this.#release(this.#podsNamed(key));
      return {};
    }
    const decision = this.#decide(job);
    if (decision.expired && !job.metadata.deletionTimestamp) {
      await client.delete(Job, key, {
        propagationPolicy: 'Foreground',
        preconditions: { uid: job.metadata.uid },
      });
      return {};
    }
    // Written down before anything that cannot be told afterwards is done: no pod is counted twice or never.
    let current = await this.#writeStatus(job, decision.status);
    await this.#release(this.#countedPods(current));
    await this.#carryOut(current, decision);
    // What was just done is told at once.
    const after = this.#decide(current);
    current = await this.#writeStatus(current, after.status);
    this.#tellEnd(job, current);
    const { revisitAt } = jobOutcome(current) ? this.#decide(current) : after;
    return revisitAt === undefined
      ? {}
      : { requeueAfter: Math.max(1, revisitAt - Date.now()) };
  }

  #decide(job: Job): JobDecision {
    const pods = this.#parts.cache
      .list(Pod, job.metadata.namespace)
      .filter(pod => isControlledBy(pod, job) && this.#pods.isPresent(pod));
    return decideJob({ job, pods, backOff: BACK_OFF, now: Date.now() });
  }

  async #carryOut(job: Job, decision: JobDecision): Promise<void> {
    const owner = controllerReference(Job, job);
    const { namespace = '', name = '', uid = '' } = job.metadata;
    const template = job.spec!.template;
    const metadata = {
      ...template.metadata,
      labels: {
        'batch.kubernetes.io/controller-uid': uid,
        'batch.kubernetes.io/job-name': name,
        'controller-uid': uid,
        'job-name': name,
        ...template.metadata?.labels,
      },
      finalizers: [TRACKING_FINALIZER],
    };
    const results = await Promise.allSettled([
      ...Array.from({ length: decision.create }, () =>
        this.#pods.create(
          podFromTemplate({ ...template, metadata }, owner, namespace),
          job,
        ),
      ),
      ...decision.delete.map(pod => this.#pods.delete(pod, job)),
    ]);
    const failure = results.find(result => result.status === 'rejected');
    if (failure) throw failure.reason;
  }

  /** Pods that the status has written down, or that do not matter any more. */
  #countedPods(job: Job): Pod[] {
    const { succeeded = [], failed = [] } =
      job.status?.uncountedTerminatedPods ?? {};
    const isOver = jobOutcome(job) || job.metadata.deletionTimestamp;
    return this.#parts.cache
      .list(Pod, job.metadata.namespace)
      .filter(
        pod =>
          isControlledBy(pod, job) &&
          (isOver || [...succeeded, ...failed].includes(pod.metadata.uid!)),
      );
  }

  #podsNamed({ namespace, name }: ObjectKey): Pod[] {
    return this.#parts.cache
      .list(Pod, namespace)
      .filter(pod => ownerKey(pod, Job)?.name === name);
  }

  /** Takes the finalizer off, so that the pods may disappear. */
  async #release(pods: readonly Pod[]): Promise<void> {
    const { client, cache } = this.#parts;
    const tracked = pods.filter(({ metadata }) =>
      metadata.finalizers?.includes(TRACKING_FINALIZER),
    );
    await Promise.all(
      tracked.map(async ({ metadata }) => {
        const { namespace, name, uid } = metadata;
        const finalizers = metadata.finalizers!.filter(
          finalizer => finalizer !== TRACKING_FINALIZER,
        );
        try {
          const released = await client.patch(
            Pod,
            { namespace, name: name! },
            'merge',
            { metadata: { uid, finalizers } },
          );
          cache.informer(Pod).observe(released);
        } catch (error) {
          if (ApiError.isNotFound(error) || ApiError.isConflict(error)) return;
          throw error;
        }
      }),
    );
  }

  async #writeStatus(
    job: Job,
    status: NonNullable<Job['status']>,
  ): Promise<Job> {
    if (isDeepStrictEqual(withoutEmpty(job.status), withoutEmpty(status))) {
      return job;
    }
    const { client, cache } = this.#parts;
    const { namespace, name } = job.metadata;
    try {
      const patched = await client.patch(
        Job,
        { namespace, name: name! },
        'merge',
        { status: { startTime: null, ...status } },
        { subresource: 'status' },
      );
      cache.informer(Job).observe(patched);
      return patched;
    } catch (error) {
      if (ApiError.isNotFound(error)) return job;
      throw error;
    }
  }

  #tellEnd(before: Job, after: Job): void {
    const outcome = jobOutcome(after);
    if (!outcome || jobOutcome(before)) return;
    const condition = after.status!.conditions!.find(
      ({ type }) => type === outcome,
    )!;
    this.#parts.events.event(
      after,
      outcome === 'Complete'
        ? { reason: 'Completed', note: 'Job completed' }
        : {
            type: 'Warning',
            reason: condition.reason ?? 'Failed',
            note: condition.message ?? '',
          },
    );
  }
}

/** An API server leaves out counts that are zero and lists that are empty. */
function withoutEmpty(status: object = {}): object {
  const { uncountedTerminatedPods: uncounted, ...rest } = status as {
    uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
  };
  const isEmpty = (value: unknown) =>
    value === 0 ||
    value === undefined ||
    (Array.isArray(value) && value.length === 0);
  return {
    ...Object.fromEntries(
      Object.entries(rest).filter(([, value]) => !isEmpty(value)),
    ),
    uncounted: [uncounted?.succeeded ?? [], uncounted?.failed ?? []],
  };
}
