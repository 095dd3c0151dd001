/** The version that every frame begins with. */
export const FRAME_VERSION = 1;
/** Version, type, flags (2), stream id (4), payload's length (4): big-endian. */
export const FRAME_HEADER_BYTES = 12;
/** Longest payload: a heartbeat never waits behind more than this. */
export const FRAME_PAYLOAD_BYTES = 32 * 1024;
/** Carries control messages. Streams that the operator opens have odd ids, the portal's even ones. */
export const CONTROL_STREAM = 0;

/** What a frame does. A type of 128 or more that is not known is skipped; another one resets its stream. */
export const FrameType = {
  /** Bytes of a stream, or of a control message. */
  data: 0,
  /** Opens a stream; the payload is JSON `{kind, …}`. */
  open: 1,
  /** Lets the other side send as many more bytes as the payload (4 bytes) says. */
  credit: 2,
  /** Ends a stream at once, both ways; the payload is a code (2 bytes) and a sentence. */
  reset: 3,
} as const;

/** First type that may be skipped by who does not know it. */
export const OPTIONAL_FRAME_TYPES = 128;

/** Bits of a frame's flags. */
export const FrameFlag = {
  /** The sender of this data frame sends no more on the stream. */
  end: 1,
  /** The control message goes on in the next frame. */
  more: 2,
} as const;

/** One unit of a tunnel. */
export interface Frame {
  type: number;
  flags: number;
  stream: number;
  payload: Uint8Array;
}
