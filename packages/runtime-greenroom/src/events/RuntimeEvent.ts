/** One event on `GET /stream`. Types that begin with `delta.` are transient: sent once, never replayed. */
export interface RuntimeEvent {
  event_id: string;
  type: string;
  session_id: string;
  turn_id?: string;
  causation_id?: string;
  payload: Record<string, unknown>;
}

/** Whether an event is shown while it happens and then superseded by a durable one. */
export function isTransient(event: { type: string }): boolean {
  return event.type.startsWith('delta.');
}
