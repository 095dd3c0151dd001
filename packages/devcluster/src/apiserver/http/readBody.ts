import type { IncomingMessage } from 'node:http';
import { ApiError } from '../errors/ApiError';

/** Larger objects than a real API server takes (its limit for JSON bodies). */
const maximumBytes = 3 * 1024 * 1024;

/** The body of a request. @throws ApiError if it is too large */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maximumBytes) {
      throw new ApiError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${maximumBytes}`,
      );
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}
