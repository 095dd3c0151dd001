import {
  isCelList,
  isCelMap,
  isCelUint,
  type CelInput,
  type CelResult,
} from '@bufbuild/cel';

/** JSON to CEL: whole numbers become `int`, so that `inputs.n % 2` and `size(x) == 3` work. */
export function toCel(value: unknown): CelInput {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map(toCel) as CelInput;
  if (typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, toCel(item)]),
    ) as CelInput;
  }
  return value as CelInput;
}

/** CEL to JSON; integers beyond 2^53 become strings rather than other numbers. */
export function fromCel(value: CelResult | unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (isCelUint(value)) return fromCel(value.value);
  if (isCelList(value)) return [...value].map(fromCel);
  if (isCelMap(value)) {
    return Object.fromEntries(
      [...value.entries()].map(([key, item]) => [
        String(fromCel(key)),
        fromCel(item),
      ]),
    );
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value;
}
