/** A connection that carries text frames in order, whatever it is made of. */
export interface SidecarTransport {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes that were sent and are not on the wire yet. */
  readonly bufferedBytes: number;
  /** Takes no more frames until {@link resume}, so that the other side feels it. */
  pause(): void;
  resume(): void;
}

/** Why a connection is closed by the operator; codes of RFC 6455 and the protocol's own. */
export const closeCodes = {
  goingAway: 1001,
  invalid: 1008,
  tooBig: 1009,
  tryAgain: 1013,
  /** The sidecar is not whom its token names. */
  forbidden: 4403,
} as const;
