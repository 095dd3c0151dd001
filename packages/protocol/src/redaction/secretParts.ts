import { isSecretKey } from './isSecretKey';

/** Shorter values are never looked for: they would mask ordinary words. In characters. */
export const SHORTEST_SECRET = 6;

/** What frames a key in PEM says nothing secret, and stands in every other key, too. */
const PEM_FRAME = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/;

/**
 * The values to look for when one secret is given: the value without its final line break; line by line when it has
 * several; and what JSON files of credentials hold under secret keys.
 */
export function secretParts(value: string): string[] {
  const whole = value.replace(/[\r\n]+$/, '');
  const lines = whole.split(/\r?\n/);
  const parts = new Set(
    [...lines.map(line => line.trim()), ...secretLeaves(whole)].filter(
      part => part.length >= SHORTEST_SECRET && !PEM_FRAME.test(part),
    ),
  );
  // Long lines are found one by one wherever the whole appears. Lines too short for that are found only within it.
  const hasShortLine = lines.some(
    line => line !== '' && line.trim().length < SHORTEST_SECRET,
  );
  if (lines.length === 1 || hasShortLine) parts.add(whole);
  return [...parts].filter(part => part.length >= SHORTEST_SECRET);
}

function secretLeaves(text: string): string[] {
  if (!text.trimStart().startsWith('{')) return [];
  const leaves: string[] = [];
  try {
    JSON.parse(text, (key, value) => {
      // `auth` is how registries' configuration spells it.
      const isSecret = isSecretKey(key) || key === 'auth';
      if (typeof value === 'string' && isSecret) leaves.push(value);
      return value;
    });
  } catch {
    // Not JSON after all: the value and its lines are all there is.
  }
  return leaves;
}
