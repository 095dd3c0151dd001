import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ApiError, Pod, type KubeClient } from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import type { PodStatus } from './podParts';

const RETRY_MS = 1_000;

/** Writes the status of one pod: only what changed, one write at a time, of several waiting ones the last. */
export class PodStatusWriter {
  readonly #client: KubeClient;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  #pod: Pod;
  #written: PodStatus | undefined;
  #inFlight: PodStatus | undefined;
  #wanted: PodStatus | undefined;
  #writing: Promise<void> | undefined;

  constructor(client: KubeClient, pod: Pod, log: Logger) {
    this.#client = client;
    this.#pod = pod;
    this.#log = log;
  }

  /** The pod as of the last write: with the conditions, and their times, that a new status follows. */
  get pod(): Pod {
    return this.#pod;
  }

  /** The status should become so; returns at once. */
  publish(status: PodStatus): void {
    if (this.#closing.signal.aborted) return;
    const present = this.#wanted ?? this.#inFlight ?? this.#written;
    if (isDeepStrictEqual(status, present)) return;
    this.#wanted = status;
    this.#writing ??= this.#write();
  }

  /** Resolves when the status is written, or never will be because the pod is gone. */
  async write(status: PodStatus): Promise<void> {
    this.publish(status);
    await this.#writing;
  }

  /** Lets a deleted pod go: all its containers have ended. */
  async deleteObject(): Promise<void> {
    const { namespace, name, uid } = this.#pod.metadata;
    await this.#untilDone(() =>
      this.#client.delete(
        Pod,
        { namespace, name: name! },
        { gracePeriodSeconds: 0, preconditions: { uid } },
      ),
    );
  }

  /** Nothing is written any more. */
  close(): void {
    this.#closing.abort();
  }

  async #write(): Promise<void> {
    while (this.#wanted && !this.#closing.signal.aborted) {
      const status = this.#wanted;
      this.#wanted = undefined;
      this.#inFlight = status;
      await this.#untilDone(async () => {
        this.#pod = await this.#patch(status);
      });
      this.#written = status;
      this.#inFlight = undefined;
    }
    // In the same breath as the last look at what is wanted, so that nothing is missed.
    this.#writing = undefined;
  }

  #patch(status: PodStatus): Promise<Pod> {
    const { namespace, name, uid } = this.#pod.metadata;
    // Lists of conditions are merged by type, so that others' conditions stay; what a condition has no more must be said.
    const patch = {
      metadata: { uid },
      status: {
        reason: null,
        message: null,
        ...status,
        conditions: status.conditions?.map(condition => ({
          reason: null,
          message: null,
          ...condition,
        })),
      },
    };
    return this.#client.patch(
      Pod,
      { namespace, name: name! },
      'strategic',
      patch,
      { subresource: 'status' },
    );
  }

  /** Whether a conflict means that another pod has this name now: then nobody wants to know of the old one any more. */
  async #isReplaced(error: unknown): Promise<boolean> {
    if (!ApiError.isConflict(error)) return false;
    const { namespace, name, uid } = this.#pod.metadata;
    const key = { namespace, name: name! };
    const present = await this.#client.find(Pod, key).catch(() => this.#pod);
    return present?.metadata.uid !== uid;
  }

  async #untilDone(request: () => Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await request();
        return;
      } catch (error) {
        if (ApiError.isNotFound(error) || (await this.#isReplaced(error)))
          return;
        this.#log.warn({ err: error }, 'a pod status could not be written');
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
