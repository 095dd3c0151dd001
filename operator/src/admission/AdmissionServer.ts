import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Admission } from './Admission';
import type { AdmissionRequest, AdmissionResponse } from './AdmissionReview';

/** Two objects of the largest size that etcd takes, with room for the rest. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const PREFIX = '/admission/';

/** Admission over HTTP, as the API server calls webhooks. */
export class AdmissionServer {
  readonly #admission: Admission;
  readonly #log: Logger;

  constructor(options: { admission: Admission; log: Logger }) {
    this.#admission = options.admission;
    this.#log = options.log;
  }

  /** Answers a request for admission; `false` if it is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = (request.url ?? '').split('?')[0];
    if (!path.startsWith(PREFIX)) return false;
    const review = {
      '/admission/validate': (asked: AdmissionRequest) =>
        this.#admission.validate(asked),
      '/admission/mutate': (asked: AdmissionRequest) =>
        this.#admission.mutate(asked),
    }[path];
    if (!review || request.method !== 'POST') {
      refuse(
        response,
        404,
        'POST an AdmissionReview to /admission/validate or /admission/mutate.',
      );
    } else {
      void this.#answer(request, response, review);
    }
    return true;
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    review: (asked: AdmissionRequest) => Promise<AdmissionResponse>,
  ): Promise<void> {
    let asked: AdmissionRequest;
    try {
      asked = await readReview(request);
    } catch (error) {
      refuse(response, 400, (error as Error).message);
      return;
    }
    try {
      const body = JSON.stringify({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: await review(asked),
      });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(body);
    } catch (error) {
      // The webhooks' failurePolicy is Fail: what cannot be judged is not admitted.
      this.#log.error(
        { err: error, kind: asked.kind, name: asked.name },
        'admission failed',
      );
      refuse(
        response,
        500,
        `Admission could not judge ${asked.kind.kind} "${asked.name ?? ''}": ${
          (error as Error).message
        }`,
      );
    }
  }
}

async function readReview(request: IncomingMessage): Promise<AdmissionRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new Error(
        `An AdmissionReview has at most ${MAX_BODY_BYTES} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    kind?: string;
    request?: AdmissionRequest;
  };
  const asked = review.request;
  const isReview =
    review.kind === 'AdmissionReview' &&
    typeof asked?.uid === 'string' &&
    typeof asked.kind?.kind === 'string' &&
    typeof asked.userInfo?.username === 'string';
  if (!isReview)
    throw new Error('The body is no AdmissionReview with a request.');
  return asked;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'text/plain',
    connection: 'close',
  });
  response.end(`${text}\n`);
}
