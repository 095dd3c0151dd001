import { Agent, request } from 'node:http';

/** One kept connection per route is plenty; the runtime is a process beside us. */
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
/** A runtime's answer is a word; more is a mistake and is cut. */
const LARGEST_ANSWER_BYTES = 64 * 1024;

/** What a runtime answered. */
export interface Answer {
  status: number;
  body: string;
}

/** Sends a request to the runtime; `body` is sent as JSON. Rejects when there is no answer in time. */
export function callRuntime(
  url: URL,
  options: { method: 'GET' | 'POST'; body?: unknown; timeoutMs: number },
): Promise<Answer> {
  const { method, body, timeoutMs } = options;
  const content =
    body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        agent,
        signal: AbortSignal.timeout(timeoutMs),
        headers: content
          ? {
              'content-type': 'application/json',
              'content-length': content.length,
            }
          : {},
      },
      response => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= LARGEST_ANSWER_BYTES) chunks.push(chunk);
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(content);
  });
}
