import { HistoryLost } from '../../store/EventHistory';
import type { ObjectStore } from '../../store/ObjectStore';
import { ApiError, badRequest, expired } from '../errors/ApiError';

/** The number of a resource version; 0 for none. @throws ApiError 400 */
export function parseRevision(text: string | null): number {
  if (!text) return 0;
  if (!/^\d+$/.test(text)) {
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(
        text,
      )}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}

/** Refuses a version that this server has not reached. @throws ApiError 504 */
export function assertKnownRevision(
  store: ObjectStore,
  text: string | null,
): number {
  const revision = parseRevision(text);
  if (revision > store.revision) {
    throw new ApiError(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${revision}, current: ${store.revision}`,
      {
        causes: [
          {
            reason: 'ResourceVersionTooLarge',
            message: 'Too large resource version',
          },
        ],
        retryAfterSeconds: 1,
      },
    );
  }
  return revision;
}

/** Turns forgotten history into the answer clients know. */
export function expiredFrom(error: unknown): unknown {
  return error instanceof HistoryLost ? expired(error.message) : error;
}
