import { JsonObject } from '../values/JsonValue';
import { FRAME_PAYLOAD_BYTES, FrameFlag } from './Frame';

/** Longest control message, in bytes of JSON. */
export const CONTROL_MESSAGE_BYTES = 256 * 1024;

const utf8 = new TextEncoder();

/** Divides a control message into the payloads of its frames. Throws a RangeError above 256 KiB. */
export function divideControl(
  message: JsonObject,
): { flags: number; payload: Uint8Array }[] {
  const bytes = utf8.encode(JSON.stringify(message));
  if (bytes.length > CONTROL_MESSAGE_BYTES) {
    throw new RangeError(
      `A control message has at most ${CONTROL_MESSAGE_BYTES} bytes, not ${bytes.length}. Send less at once.`,
    );
  }
  const frames = [];
  for (let at = 0; at < bytes.length; at += FRAME_PAYLOAD_BYTES) {
    const end = at + FRAME_PAYLOAD_BYTES;
    frames.push({
      flags: end < bytes.length ? FrameFlag.more : 0,
      payload: bytes.subarray(at, end),
    });
  }
  return frames;
}

/** Puts control messages together again. */
export class ControlAssembler {
  private parts: Uint8Array[] = [];
  private bytes = 0;

  /** The message, once its last frame is there; or why the connection must be closed. */
  push(
    payload: Uint8Array,
    flags: number,
  ): { message?: JsonObject; fault?: string } {
    this.parts.push(payload);
    this.bytes += payload.length;
    if (this.bytes > CONTROL_MESSAGE_BYTES) {
      return {
        fault: `A control message is longer than ${CONTROL_MESSAGE_BYTES} bytes.`,
      };
    }
    if (flags & FrameFlag.more) return {};
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const { parts } = this;
    this.parts = [];
    this.bytes = 0;
    try {
      const text =
        parts.map(part => decoder.decode(part, { stream: true })).join('') +
        decoder.decode();
      const message = JsonObject.safeParse(JSON.parse(text));
      return message.success
        ? { message: message.data }
        : { fault: 'A control message is no JSON object.' };
    } catch {
      return { fault: 'A control message is not JSON in UTF-8.' };
    }
  }
}
