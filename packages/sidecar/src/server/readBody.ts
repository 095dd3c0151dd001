import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { RouteError } from './SidecarServer';

/** A body that is on this machine takes no longer; a caller that stalls is cut. */
const BODY_TIMEOUT_MS = 30_000;

/** Reads a request's body, at most `limit` bytes. @throws RouteError 413, or 408 when it does not come */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) throw tooLarge(limit);
  const timer = setTimeout(
    () => request.destroy(new Error('the body did not come in time')),
    BODY_TIMEOUT_MS,
  );
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

/** Reads a JSON body by its schema. @throws RouteError 400 that names the field */
export async function readJsonBody<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
  limit: number,
): Promise<z.output<Schema>> {
  const body = await readBody(request, limit);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new RouteError(400, 'NotJson', 'The body is not JSON.');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RouteError(
    400,
    'Invalid',
    `${issue.path.join('.') || 'The body'}: ${issue.message}`,
  );
}

function tooLarge(limit: number): RouteError {
  return new RouteError(
    413,
    'TooLarge',
    `The body is larger than ${limit} bytes.`,
  );
}
