import {
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_BYTES,
  FRAME_VERSION,
  type Frame,
} from './Frame';

/** A frame's bytes. Throws a RangeError when the payload is longer than 32 KiB. */
export function encodeFrame({
  type,
  flags,
  stream,
  payload,
}: Frame): Uint8Array {
  if (payload.length > FRAME_PAYLOAD_BYTES) {
    throw new RangeError(
      `A frame carries at most ${FRAME_PAYLOAD_BYTES} bytes, not ${payload.length}. Divide the data.`,
    );
  }
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  const header = new DataView(bytes.buffer);
  header.setUint8(0, FRAME_VERSION);
  header.setUint8(1, type);
  header.setUint16(2, flags);
  header.setUint32(4, stream);
  header.setUint32(8, payload.length);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}
