import { ResetCode } from './TunnelEvent';

/** Longest sentence of a reset, in bytes. */
const MESSAGE_BYTES = 1024;

/** The payload of a frame that resets a stream. */
export function encodeReset(code: number, message: string): Uint8Array {
  const text = new TextEncoder().encode(message).subarray(0, MESSAGE_BYTES);
  const payload = new Uint8Array(2 + text.length);
  new DataView(payload.buffer).setUint16(0, code);
  payload.set(text, 2);
  return payload;
}

/** Reads what it can of a reset: the stream is gone, however badly that was said. */
export function readReset(payload: Uint8Array): {
  code: number;
  message: string;
} {
  if (payload.length < 2) return { code: ResetCode.failed, message: '' };
  const view = new DataView(payload.buffer, payload.byteOffset);
  return {
    code: view.getUint16(0),
    message: new TextDecoder().decode(payload.subarray(2, 2 + MESSAGE_BYTES)),
  };
}
