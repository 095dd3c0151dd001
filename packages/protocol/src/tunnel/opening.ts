import { z } from 'zod';
import { JsonValue, type JsonObject } from '../values/JsonValue';
import { StreamKind } from './StreamKind';

/** Longest description of a stream to be opened, in bytes. */
const OPENING_BYTES = 8 * 1024;

const Opening = z.object({ kind: StreamKind }).catchall(JsonValue);

/** The payload of a frame that opens a stream. Throws a RangeError above 8 KiB. */
export function encodeOpening(kind: StreamKind, meta: JsonObject): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...meta, kind }));
  if (bytes.length > OPENING_BYTES) {
    throw new RangeError(
      `A stream is opened with at most ${OPENING_BYTES} bytes, not ${bytes.length}. Send the rest as data.`,
    );
  }
  return bytes;
}

/** What a stream is opened as, or nothing when that is not known here. */
export function readOpening(
  payload: Uint8Array,
): { kind: StreamKind; meta: JsonObject } | undefined {
  if (payload.length > OPENING_BYTES) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
    const { kind, ...meta } = Opening.parse(JSON.parse(text));
    return { kind, meta };
  } catch {
    return undefined;
  }
}
