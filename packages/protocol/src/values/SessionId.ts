import { z } from 'zod';

/** A session's id: a UUID of version 7 in lower case. Never read a time out of one that came from outside. */
export const SessionId = z
  .string()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    'must be a UUID of version 7 in lower case',
  );

/** An id that somebody else made: an event, a turn, a request, an input. Printable, without spaces. */
export const ForeignId = z
  .string()
  .regex(/^[!-~]{1,128}$/, 'must be 1 to 128 printable ASCII characters');
