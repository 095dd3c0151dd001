import type { Decision } from '../messages/Inject';

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
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.waiting.delete(id);
        act();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const timer = setTimeout(
        () => settle(() => resolve({ approved: false, expired: true })),
        timeoutMs + EXPIRY_GRACE_MS,
      );
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.set(id, decision => settle(() => resolve(decision)));
    });
  }

  /** Hands a decision to whoever waits for it; false when nobody does. */
  answer(id: string, decision: Decision): boolean {
    const resolve = this.waiting.get(id);
    resolve?.(decision);
    return resolve !== undefined;
  }
}
