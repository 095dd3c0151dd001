import { request as httpsRequest, type Agent } from 'node:https';
import type { Json } from '../../store/KubernetesObject';
import type { Machinery } from '../Machinery';

/** A webhook could not be asked, or answered nonsense. The message says why. */
export class WebhookError extends Error {
  readonly name = 'WebhookError';
}

const maximumAnswerBytes = 3 * 1024 * 1024;

class ServerAnswer extends Error {}

/** A kept connection was closed as it was used. */
class StaleConnectionError extends Error {}

/** Sends a review to a webhook and returns the answer's `response`. @throws WebhookError */
export async function callWebhook(
  machinery: Machinery,
  webhook: Json,
  review: Json,
): Promise<Json> {
  const target = targetOf(machinery, webhook.clientConfig);
  const seconds: number = webhook.timeoutSeconds ?? 10;
  const url = `${target.shownUrl}${
    target.shownUrl.includes('?') ? '&' : '?'
  }timeout=${seconds}s`;
  let text: string;
  try {
    text = await post(target, {
      connections: machinery.webhookConnections,
      caBundle: webhook.clientConfig.caBundle,
      seconds,
      body: JSON.stringify(review),
    });
  } catch (error) {
    throw new WebhookError(`Post "${url}": ${reasonOf(error)}`);
  }
  let answer: Json;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new WebhookError(`Post "${url}": the answer is not JSON`);
  }
  if (answer?.kind !== 'AdmissionReview' || !answer.response) {
    throw new WebhookError(
      'webhook response did not contain an AdmissionReview with a response',
    );
  }
  if (answer.response.uid !== review.request.uid) {
    throw new WebhookError(
      `expected response.uid="${review.request.uid}", got "${
        answer.response.uid ?? ''
      }"`,
    );
  }
  return answer.response;
}

interface Target {
  host: string;
  port: number;
  path: string;
  servername: string;
  /** As messages name it. */
  shownUrl: string;
}

function targetOf({ store }: Machinery, { url, service }: Json): Target {
  if (url) {
    const { hostname, port, pathname, search } = new URL(url);
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 443),
      path: `${pathname}${search}`,
      servername: hostname,
      shownUrl: url,
    };
  }
  const { name, namespace, port = 443, path = '/' } = service;
  const servername = `${name}.${namespace}.svc`;
  const object = store.get('/services', namespace, name);
  if (!object)
    throw new WebhookError(`service ${JSON.stringify(name)} not found`);
  const host = object.spec?.externalName ?? object.spec?.clusterIP;
  return {
    host,
    port,
    path,
    servername,
    shownUrl: `https://${servername}:${port}${path}`,
  };
}

interface Posting {
  connections: Agent;
  caBundle: string | undefined;
  seconds: number;
  body: string;
}

async function post(target: Target, posting: Posting): Promise<string> {
  const signal = AbortSignal.timeout(posting.seconds * 1000);
  for (;;) {
    try {
      return await postOnce(target, posting, signal);
    } catch (error) {
      // A kept connection was closed as it was used. Should the webhook have seen the question, asking again does no
      // harm: reviews must have no side effects.
      if (!(error instanceof StaleConnectionError)) throw error;
    }
  }
}

function postOnce(
  { host, port, path, servername }: Target,
  { connections, caBundle, seconds, body }: Posting,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host,
        port,
        path: path.includes('?')
          ? `${path}&timeout=${seconds}s`
          : `${path}?timeout=${seconds}s`,
        method: 'POST',
        servername,
        agent: connections,
        signal,
        ...(caBundle && { ca: Buffer.from(caBundle, 'base64') }),
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'User-Agent': 'kube-apiserver-admission',
        },
      },
      response => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maximumAnswerBytes)
            request.destroy(new Error('the answer is too large'));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(text);
          else
            reject(
              new ServerAnswer(
                `the server responded with ${response.statusCode}: ${text.slice(
                  0,
                  200,
                )}`,
              ),
            );
        });
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isStale =
        request.reusedSocket &&
        ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      if (signal.aborted) reject(new Error('context deadline exceeded'));
      else reject(isStale ? new StaleConnectionError() : error);
    });
    request.end(body);
  });
}

/** The reason in the words that Go's client has for the usual ones. */
function reasonOf(error: unknown): string {
  const { code, message, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (code === 'ECONNREFUSED')
    return `dial tcp ${address}:${port}: connect: connection refused`;
  if (
    code?.startsWith('ERR_TLS') ||
    /CERT|SIGNATURE|certificate/i.test(`${code} ${message}`)
  ) {
    return `tls: failed to verify certificate: x509: ${message}`;
  }
  return message;
}
