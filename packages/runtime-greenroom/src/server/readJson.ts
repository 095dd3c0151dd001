import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';

/** A goal and instructions of a megabyte each, with JSON's escapes. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** A request that cannot be served, with its HTTP status and a sentence. */
export class BadRequestError extends Error {
  readonly name = 'BadRequestError';

  constructor(readonly status: 400 | 413, message: string) {
    super(message);
  }
}

/**
 * Reads and checks a JSON body; an empty one counts as `{}`.
 *
 * @throws {BadRequestError} when it is too large, not JSON, or not of the schema.
 */
export async function readJson<T>(
  request: IncomingMessage,
  schema: z.ZodType<T>,
): Promise<T> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) {
      throw new BadRequestError(
        413,
        `The body is larger than ${BODY_LIMIT_BYTES} bytes. Put large content into the workspace.`,
      );
    }
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString() || '{}');
  } catch (error) {
    throw new BadRequestError(
      400,
      `The body is not JSON: ${(error as Error).message}.`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadRequestError(
    400,
    `The body's field "${issue.path.join('.')}" is wrong: ${issue.message}.`,
  );
}
