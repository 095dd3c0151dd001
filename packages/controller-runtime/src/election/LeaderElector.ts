import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ApiError } from '../client/ApiError';
import type { KubeClient } from '../client/KubeClient';
import { Lease } from '../objects/builtInTypes';
import type { ObjectKey } from '../objects/ObjectKey';
import { decideLease } from './decideLease';

export interface LeaderElectorOptions {
  client: KubeClient;
  log: Logger;
  lease: Required<ObjectKey>;
  /** Who this is. The same identity takes its lease again at once after a restart: make it the pod's name and uid. */
  identity: string;
  /** How long others wait for a silent leader; default 15 s. */
  leaseMs?: number;
  /** How often a leader renews; default 5 s, a request each. */
  renewMs?: number;
  /** How often others look; default 1 s. */
  retryMs?: number;
}

/** Leadership that could not be renewed in time: another may lead now. */
export class LeadershipLostError extends Error {
  readonly name = 'LeadershipLostError';
}

/** One leader among replicas, by a Lease. */
export class LeaderElector {
  readonly #options: Required<LeaderElectorOptions>;
  readonly #stopping = new AbortController();
  #held: Lease | undefined;
  #renewing: Promise<void> | undefined;
  #acquiring: Promise<void> | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = {
      leaseMs: 15_000,
      renewMs: 5_000,
      retryMs: 1_000,
      ...options,
    };
  }

  get leads(): boolean {
    return this.#held !== undefined;
  }

  /** Resolves when this leads, or when {@link release} is called meanwhile. Calls `onLost` at most once, if leadership ends by itself. */
  acquire(options: { onLost: (error: Error) => void }): Promise<void> {
    this.#acquiring ??= this.#acquire(options.onLost);
    return this.#acquiring;
  }

  /** Gives up leading and tells the others, so that one of them follows at once. */
  async release(): Promise<void> {
    this.#stopping.abort();
    await this.#acquiring;
    await this.#renewing;
    const held = this.#held;
    this.#held = undefined;
    if (!held) return;
    held.spec = { ...held.spec, holderIdentity: '', leaseDurationSeconds: 1 };
    await this.#options.client
      .update(Lease, held, { timeoutMs: 2_000 })
      .catch(error =>
        this.#options.log.warn({ err: error }, 'the lease was not released'),
      );
  }

  async #acquire(onLost: (error: Error) => void): Promise<void> {
    const { signal } = this.#stopping;
    const { identity, retryMs, log } = this.#options;
    let observed: { lease: Lease; at: number } | undefined;
    while (!signal.aborted) {
      try {
        const lease = await this.#read();
        const version = lease?.metadata.resourceVersion;
        if (lease && version !== observed?.lease.metadata.resourceVersion) {
          observed = { lease, at: performance.now() };
        }
        const decision = decideLease(lease?.spec, {
          identity,
          silentMs: observed ? performance.now() - observed.at : 0,
        });
        if (decision.act === 'take') {
          this.#held = await this.#write(lease, decision.transitions);
          log.info({ identity }, 'leading');
          this.#renewing = this.#renewUntilLost(onLost);
          return;
        }
        log.debug({ holder: lease?.spec?.holderIdentity }, 'another leads');
      } catch (error) {
        // A conflict is a race that another won; anything else may pass.
        if (!ApiError.isConflict(error) && !signal.aborted) {
          log.warn({ err: error }, 'cannot take the lease yet, trying again');
        }
      }
      await sleep(retryMs * (0.75 + Math.random() / 2), undefined, {
        signal,
      }).catch(() => undefined);
    }
  }

  async #renewUntilLost(onLost: (error: Error) => void): Promise<void> {
    const { signal } = this.#stopping;
    const { leaseMs, renewMs, retryMs, log, identity } = this.#options;
    let renewedAt = performance.now();
    let delayMs = renewMs;
    for (;;) {
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        this.#held = await this.#renew();
        renewedAt = performance.now();
        delayMs = renewMs;
        continue;
      } catch (error) {
        const lost = error instanceof LeadershipLostError;
        // Stop a third of the lease before others may take it.
        const isLate = performance.now() - renewedAt > (leaseMs * 2) / 3;
        if (lost || isLate) {
          this.#held = undefined;
          onLost(
            lost
              ? error
              : new LeadershipLostError(
                  `${identity} could not renew its lease in time; the API server did not answer or refused.`,
                  { cause: error },
                ),
          );
          return;
        }
        log.warn({ err: error }, 'renewing the lease failed, trying again');
        delayMs = retryMs;
      }
    }
  }

  async #renew(): Promise<Lease> {
    const held = this.#held!;
    try {
      return await this.#write(held, held.spec?.leaseTransitions ?? 0);
    } catch (error) {
      if (!ApiError.isConflict(error) && !ApiError.isNotFound(error))
        throw error;
      const lease = await this.#read();
      const holder = lease?.spec?.holderIdentity;
      if (lease && holder !== this.#options.identity) {
        throw new LeadershipLostError(
          `${holder || 'Nobody'} holds the lease now.`,
        );
      }
      return this.#write(lease, lease?.spec?.leaseTransitions ?? 0);
    }
  }

  #read(): Promise<Lease | undefined> {
    const { client, lease } = this.#options;
    return client.find(Lease, lease, { timeoutMs: 5_000 });
  }

  #write(before: Lease | undefined, transitions: number): Promise<Lease> {
    const { client, lease, identity, leaseMs } = this.#options;
    const now = microTime(new Date());
    const taken = before?.spec?.holderIdentity !== identity;
    const object: Lease = {
      metadata: before?.metadata ?? lease,
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(leaseMs / 1000),
        acquireTime: taken ? now : before?.spec?.acquireTime ?? now,
        renewTime: now,
        leaseTransitions: transitions,
      },
    };
    return before
      ? client.update(Lease, object, { timeoutMs: 5_000 })
      : client.create(Lease, object, { timeoutMs: 5_000 });
  }
}

/** Kubernetes' MicroTime: RFC 3339 with six digits. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
