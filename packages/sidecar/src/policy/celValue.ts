import type { CelInput } from '@bufbuild/cel';

/** JSON as CEL sees it: whole numbers are `int`, so that `request.arguments.n % 2` works. */
export function celValue(value: unknown): CelInput {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map(celValue) as CelInput;
  if (typeof value === 'object' && value !== null) {
    // A map, because an object would lose or misread keys such as "__proto__".
    return new Map(
      Object.entries(value).map(([key, item]) => [key, celValue(item)]),
    ) as CelInput;
  }
  return (value ?? null) as CelInput;
}
