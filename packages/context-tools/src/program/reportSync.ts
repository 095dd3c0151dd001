import { request } from 'node:http';
import type { CheckoutMark } from '../carryOut/CheckoutMark';

/** A sidecar on the same host answers at once, or is restarting and will be told next time. */
const REPORT_TIMEOUT_MS = 5_000;

/** Tells the sidecar how a checkout stands, for the Agent's `status.gitSync`. */
export function reportSync(
  mark: CheckoutMark,
  greenroomUrl: string | undefined,
): Promise<void> {
  if (!greenroomUrl) return Promise.resolve();
  const body = JSON.stringify(mark);
  const signal = AbortSignal.timeout(REPORT_TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const failed = (because: string) =>
      reject(
        new Error(
          `The sidecar was not told about context "${mark.context}": ${because}. It is told again next time.`,
        ),
      );
    request(new URL('/v1/git-sync', greenroomUrl), {
      method: 'POST',
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    })
      .on('response', response => {
        response.resume();
        if ((response.statusCode ?? 500) < 300) resolve();
        else failed(`it answered ${response.statusCode}`);
      })
      .on('error', error => failed(error.message))
      .end(body);
  });
}
