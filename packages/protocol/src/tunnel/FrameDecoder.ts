import {
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_BYTES,
  FRAME_VERSION,
  type Frame,
} from './Frame';

/** The bytes are no frames; nothing after them can be understood, so the connection must be closed. */
export class FrameError extends Error {
  readonly name = 'FrameError';
}

/** Reads frames from bytes that may be cut anywhere. Holds at most one frame. */
export class FrameDecoder {
  private held: Uint8Array = new Uint8Array(0);
  private isBroken = false;

  /** The frames that are complete now. Throws a {@link FrameError}, and then for ever. */
  push(chunk: Uint8Array): Frame[] {
    if (this.isBroken) {
      throw new FrameError('The connection sent bytes after a broken frame.');
    }
    const bytes = this.joined(chunk);
    const frames: Frame[] = [];
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = this.payloadLength(bytes, at);
      const end = at + FRAME_HEADER_BYTES + length;
      if (bytes.length < end) break;
      frames.push(frameAt(bytes, at, end));
      at = end;
    }
    this.held = bytes.slice(at);
    return frames;
  }

  private joined(chunk: Uint8Array): Uint8Array {
    if (this.held.length === 0) return chunk;
    const bytes = new Uint8Array(this.held.length + chunk.length);
    bytes.set(this.held);
    bytes.set(chunk, this.held.length);
    return bytes;
  }

  private payloadLength(bytes: Uint8Array, at: number): number {
    const header = new DataView(bytes.buffer, bytes.byteOffset + at);
    const version = header.getUint8(0);
    const length = header.getUint32(8);
    if (version !== FRAME_VERSION) {
      throw this.broken(`version ${version} is not ${FRAME_VERSION}`);
    }
    if (length > FRAME_PAYLOAD_BYTES) {
      throw this.broken(
        `a payload of ${length} bytes is longer than ${FRAME_PAYLOAD_BYTES}`,
      );
    }
    return length;
  }

  private broken(why: string): FrameError {
    this.isBroken = true;
    return new FrameError(
      `The connection sent something that is no frame: ${why}.`,
    );
  }
}

function frameAt(bytes: Uint8Array, at: number, end: number): Frame {
  const header = new DataView(bytes.buffer, bytes.byteOffset + at);
  return {
    type: header.getUint8(1),
    flags: header.getUint16(2),
    stream: header.getUint32(4),
    payload: bytes.slice(at + FRAME_HEADER_BYTES, end),
  };
}
