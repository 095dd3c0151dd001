import { z } from 'zod';

/** Nine places: a token of the cheapest model still has a price. */
const PLACES = 9;
const UNIT = 10n ** BigInt(PLACES);

/** An amount in US dollars as a decimal string, at most nine places: hashed bodies hold no floats. */
export const UsdAmount = z
  .string()
  .regex(
    /^(0|[1-9]\d{0,11})(\.\d{1,9})?$/,
    'must be a decimal number of US dollars with at most nine places, as a string',
  );

function toUnits(amount: string): bigint {
  const [whole, fraction = ''] = amount.split('.');
  return BigInt(whole) * UNIT + BigInt(fraction.padEnd(PLACES, '0'));
}

function fromUnits(units: bigint): string {
  const fraction = String(units % UNIT)
    .padStart(PLACES, '0')
    .replace(/0+$/, '');
  return fraction ? `${units / UNIT}.${fraction}` : `${units / UNIT}`;
}

/** The exact sum of two amounts, without trailing zeros. */
export function addUsd(left: string, right: string): string {
  return fromUnits(toUnits(left) + toUnits(right));
}

/** Negative, zero or positive as `left` is less than, equal to or more than `right`. */
export function compareUsd(left: string, right: string): number {
  const difference = toUnits(left) - toUnits(right);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/** Spells a computed price, rounded to nine places. Negative and non-finite numbers throw a RangeError. */
export function formatUsd(amount: number): string {
  if (!Number.isFinite(amount) || amount < 0) {
    throw new RangeError(`A price cannot be ${amount} US dollars.`);
  }
  const [whole, fraction] = amount.toFixed(PLACES).split('.');
  return fromUnits(BigInt(whole) * UNIT + BigInt(fraction));
}
