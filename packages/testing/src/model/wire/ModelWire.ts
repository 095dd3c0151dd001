import type { ModelApi, ModelPrompt, ModelRequest } from '../ModelRequest';
import type { PlannedReply } from '../PlannedReply';

/** One server-sent event of a streamed reply. */
export interface WireEvent {
  event?: string;
  data: unknown;
  /** Carries a piece of what the model says; the others only frame it. */
  isPiece?: boolean;
}

/** An error as the script gives it. */
export interface WireError {
  status: number;
  type?: string;
  message: string;
}

/** A provider's wire format: how it is asked, and how it answers. */
export interface ModelWire {
  api: ModelApi;
  /** End of the path that it is asked at. */
  path: RegExp;
  /** Reads a body. Throws a ZodError when the real provider would answer 400. */
  read(body: unknown): ModelPrompt;
  /** The whole reply of a request that does not stream. */
  whole(reply: PlannedReply, request: ModelRequest): unknown;
  /** The events of a request that does. */
  stream(reply: PlannedReply, request: ModelRequest): Iterable<WireEvent>;
  /** What follows the last event. */
  streamEnd: string;
  /** Body of an error. */
  error(error: WireError): unknown;
  /** An error in the middle of a stream. */
  streamError(error: WireError): WireEvent;
}
