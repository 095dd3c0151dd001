/** How many milliseconds each unit has. */
const millisecondsOf = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
} as const;

/** What a duration looks like: one or more numbers with a unit, such as `90s`, `1h30m` or `250ms`. */
export const durationPattern = /^([0-9]+(ms|s|m|h|d))+$/;

/** The longest duration accepted, in milliseconds: 100 years of 365 days. */
export const longestDurationMs = 3_153_600_000_000;

/** Thrown for a text that is not a duration; the message says what one looks like. */
export class InvalidDurationError extends Error {
  readonly name = 'InvalidDurationError';
}

/**
 * Reads a duration such as `1m30s`.
 *
 * @returns whole milliseconds, from 0 to {@link longestDurationMs}
 * @throws {@link InvalidDurationError} for anything else
 */
export function parseDuration(text: string): number {
  if (!durationPattern.test(text)) {
    throw new InvalidDurationError(
      `"${text}" is not a duration. Write numbers with units ms, s, m, h or d, for example 90s or 1h30m.`,
    );
  }
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([0-9]+)(ms|s|m|h|d)/g)) {
    total +=
      Number(number) * millisecondsOf[unit as keyof typeof millisecondsOf];
  }
  if (total > longestDurationMs) {
    throw new InvalidDurationError(
      `"${text}" is too long for a duration. The longest is 36500d.`,
    );
  }
  return total;
}

/**
 * Writes a duration in its shortest usual form, largest unit first: 90 000 ms is `1m30s`, nothing is `0s`.
 *
 * @param milliseconds - a whole number from 0 to {@link longestDurationMs}
 */
export function printDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (const [unit, size] of Object.entries(millisecondsOf)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text || '0s';
}
