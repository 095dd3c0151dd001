import { z } from 'zod';
import { RateLimit } from '../server/RateLimit';
import { readJsonBody } from '../server/readBody';
import { answerJson, RouteError } from '../server/SidecarServer';
import type { SidecarServices } from '../SidecarServices';

/** The design's limit for `POST /v1/events`. */
const LARGEST_EVENT_BYTES = 64 * 1024;
/** Bursts of a busy script pass; a loop without a pause does not. */
const EVENTS_PER_SECOND = 200;

const PostedEvent = z.object({
  type: z.string().min(1).max(128),
  payload: z.unknown(),
  event_id: z
    .string()
    .regex(/^[!-~]{1,128}$/)
    .optional(),
  turn_id: z
    .string()
    .regex(/^[!-~]{1,128}$/)
    .optional(),
});

/** `POST /v1/events`: an agent emits an event. Only types that an agent may emit; the same `event_id` twice is one event. */
export function eventRoutes({
  server,
  artifacts,
  pipeline,
}: SidecarServices): void {
  const limit = new RateLimit(EVENTS_PER_SECOND);
  server.route(
    'POST',
    '/v1/events',
    { session: 'required' },
    async ({ request, response, session }) => {
      if (!limit.take(session.id)) {
        throw new RouteError(
          429,
          'TooManyEvents',
          `More than ${EVENTS_PER_SECOND} events in a second. Send fewer, or larger ones.`,
        );
      }
      const event = await readJsonBody(
        request,
        PostedEvent,
        LARGEST_EVENT_BYTES,
      );
      if (event.event_id && session.seen.has(event.event_id)) {
        answerJson(response, 200, { id: event.event_id, duplicate: true });
        return;
      }
      const turnId = event.turn_id ?? session.turn?.id;
      const emitted = await pipeline.emit(
        session.id,
        {
          type: event.type,
          payload: await artifacts.complete(
            session.id,
            event.type,
            event.payload ?? {},
          ),
          ...(event.event_id && { id: event.event_id }),
          ...(turnId && { turnId }),
        },
        { emitter: 'agent', ...(event.event_id && { source: event.event_id }) },
      );
      answerJson(response, 202, {
        id: emitted.id,
        seq: emitted.seq,
        type: emitted.type,
      });
    },
  );
}
