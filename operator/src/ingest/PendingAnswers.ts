import { LinkClosedError } from './SidecarLink';

interface Pending<T> {
  promise: Promise<T>;
  resolve: (answer: T) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** Questions to the other side that wait for an answer, by id. Asking again while one waits joins it. */
export class PendingAnswers<T> {
  readonly #pending = new Map<string, Pending<T>>();
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Calls `send` and waits for {@link answer}; rejects with {@link LinkClosedError} that says `what` was asked. */
  ask(id: string, what: string, send: () => void): Promise<T> {
    const known = this.#pending.get(id);
    if (known) {
      send();
      return known.promise;
    }
    let settle!: Pick<Pending<T>, 'resolve' | 'reject'>;
    const promise = new Promise<T>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const timer = setTimeout(() => {
      this.#pending.delete(id);
      settle.reject(
        new LinkClosedError(
          `The sidecar did not answer within ${
            this.#timeoutMs
          } ms: ${what}. It is asked again.`,
        ),
      );
    }, this.#timeoutMs);
    this.#pending.set(id, { promise, timer, ...settle });
    send();
    return promise;
  }

  answer(id: string, answer: T): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.resolve(answer);
  }

  /** No answer will come any more. */
  abandon(error: LinkClosedError): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }
}
