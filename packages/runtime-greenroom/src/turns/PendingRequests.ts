import type { Decision } from '../messages/Inject';
import { deferred } from './deferred';

/**
 * Time after its own time-out at which a request is given up here. The sidecar decides an expiry and says so; this
 * is for a sidecar that went away.
 */
const EXPIRY_GRACE_MS = 30_000;

/** Requests that wait for a person, by request id. */
export class PendingRequests {
  private readonly waiting = new Map<string, (decision: Decision) => void>();

  /** Waits for `answer(id)`, for the time-out, or for the signal, which rejects with its reason. */
  wait(id: string, timeoutMs: number, signal: AbortSignal): Promise<Decision> {
    const { promise, resolve, reject } = deferred<Decision>();
    const onAbort = () => reject(signal.reason);
    const timer = setTimeout(
      () => resolve({ approved: false, expired: true }),
      timeoutMs + EXPIRY_GRACE_MS,
    );
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.waiting.set(id, resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.waiting.delete(id);
    });
  }

  /** Hands a decision to whoever waits for it; false when nobody does. */
  answer(id: string, decision: Decision): boolean {
    const resolve = this.waiting.get(id);
    resolve?.(decision);
    return resolve !== undefined;
  }
}
