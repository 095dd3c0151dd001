import {
  ingestCalls,
  type IngestMethod,
  type IngestParams,
  type IngestResult,
  type SidecarMessage,
} from '@greenroom/protocol';
import { v7 } from 'uuid';

/** The operator refused a call, or could not be asked; `code` is for programs. */
export class OperatorCallError extends Error {
  readonly name = 'OperatorCallError';

  constructor(message: string, readonly code: string) {
    super(message);
  }
}

interface Pending {
  message: SidecarMessage;
  resolve(result: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** The operator looks objects up and writes one; a minute covers a change of its leader. */
const CALL_TIMEOUT_MS = 60_000;

/** Questions to the operator. One that is open when the connection breaks is asked again on the next. */
export class OperatorCalls {
  private readonly pending = new Map<string, Pending>();

  constructor(private readonly send: (message: SidecarMessage) => boolean) {}

  /** @throws {@link OperatorCallError} */
  call<Method extends IngestMethod>(
    method: Method,
    params: IngestParams<Method>,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<IngestResult<Method>> {
    const id = v7();
    const message: SidecarMessage = { type: 'call', id, method, params };
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(
          new OperatorCallError(
            `The operator did not answer "${method}" within ${
              timeoutMs / 1000
            } s. Try again when it is back.`,
            'Timeout',
          ),
        );
      }, timeoutMs);
      this.pending.set(id, { message, resolve, reject, timer });
      this.send(message);
    }).then(
      result =>
        ingestCalls[method].result.parse(result ?? {}) as IngestResult<Method>,
    );
  }

  /** The connection is up again. */
  resend(): void {
    for (const { message } of this.pending.values()) this.send(message);
  }

  answered(
    id: string,
    result: unknown,
    error?: { code: string; message: string },
  ): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    if (error) pending.reject(new OperatorCallError(error.message, error.code));
    else pending.resolve(result);
  }

  /** Ends all waiting; the process stops. */
  close(): void {
    for (const [id, { reject, timer }] of this.pending) {
      clearTimeout(timer);
      this.pending.delete(id);
      reject(new OperatorCallError('The sidecar stops.', 'Stopping'));
    }
  }
}
