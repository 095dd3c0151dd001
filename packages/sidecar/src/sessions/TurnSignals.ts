/** One signal for the work of each session's turn: what is done on its behalf here stops when it aborts. */
export class TurnSignals {
  private readonly controllers = new Map<string, AbortController>();

  /** A turn begins, or is about to. */
  start(sessionId: string): void {
    if (!this.controllers.has(sessionId))
      this.controllers.set(sessionId, new AbortController());
  }

  /** The turn ended or was cancelled: everything that belongs to it aborts. */
  end(sessionId: string, reason: string): void {
    const controller = this.controllers.get(sessionId);
    this.controllers.delete(sessionId);
    controller?.abort(new Error(reason));
  }

  /** For a piece of work that begins now. Work outside a turn has a signal of its own. */
  of(sessionId: string): AbortSignal {
    this.start(sessionId);
    return this.controllers.get(sessionId)!.signal;
  }
}
