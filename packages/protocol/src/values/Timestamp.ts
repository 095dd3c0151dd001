import { z } from 'zod';

/** RFC 3339 in UTC with exactly six digits, so that one instant has one spelling in every hashed body. */
export const Timestamp = z
  .string()
  .regex(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)\.\d{6}Z$/,
    'must be RFC 3339 in UTC with exactly six digits of a second, such as 2026-11-21T09:30:00.000000Z',
  );

/** Spells an instant; `microseconds` (0 to 999) are what its milliseconds leave out. */
export function formatTimestamp(
  instant: Date | number,
  microseconds = 0,
): string {
  const milliseconds = new Date(instant).toISOString();
  return `${milliseconds.slice(0, 23)}${String(microseconds).padStart(
    3,
    '0',
  )}Z`;
}

/** Milliseconds since 1970 of a {@link Timestamp}; what is below a millisecond is cut off. */
export function timestampMs(timestamp: string): number {
  return Date.parse(`${timestamp.slice(0, 23)}Z`);
}
