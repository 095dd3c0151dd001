import type { JsonObject } from '../values/JsonValue';
import type { StreamKind } from './StreamKind';

/** Why a stream was ended at once. */
export const ResetCode = {
  cancelled: 0,
  refused: 1,
  unsupported: 2,
  /** More was sent than there were credits for. */
  overrun: 3,
  /** Too many streams, or too much waiting to be read or sent. */
  overload: 4,
  failed: 5,
} as const;

/** What came over a tunnel, or became of it. */
export type TunnelEvent =
  | { event: 'control'; message: JsonObject }
  | { event: 'opened'; stream: number; kind: StreamKind; meta: JsonObject }
  | { event: 'data'; stream: number; bytes: Uint8Array }
  /** The other side sends no more; what this side sends still arrives. */
  | { event: 'ended'; stream: number }
  | { event: 'reset'; stream: number; code: number; message: string }
  /** The connection must be closed. */
  | { event: 'fault'; message: string };
