import type { JsonObject } from '@greenroom/protocol';

/** Takes secrets out of what is about to be recorded, shown or sent. */
export interface EventRedactor {
  /** @throws when it cannot be sure; the caller withholds the event then */
  redactPayload(payload: JsonObject): Promise<JsonObject>;
  redactText(text: string): Promise<string>;
}
