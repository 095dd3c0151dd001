/** Powers that a suffix stands for: of 10 for SI suffixes, of 2 for binary ones. */
const decimalPower: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryPower: Record<string, bigint> = {
  Ki: 10n,
  Mi: 20n,
  Gi: 30n,
  Ti: 40n,
  Pi: 50n,
  Ei: 60n,
};

/** What a Kubernetes quantity without a sign looks like, such as `500m`, `1.5Gi`, `2` or `1e3`. */
export const amountPattern =
  /^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$/;

/** Thrown for a text that is not a quantity; the message says what one looks like. */
export class InvalidQuantityError extends Error {
  readonly name = 'InvalidQuantityError';
}

/** How a quantity is printed: powers of two, powers of ten with letters, or with an exponent. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

/** An amount, exact to 10⁻⁹ as Kubernetes keeps it. */
export interface Quantity {
  /** The amount in units of 10⁻⁹, so that every quantity is a whole number. */
  nano: bigint;
  /** The family of suffixes it was written with. */
  format: QuantityFormat;
}

/**
 * Reads a Kubernetes quantity. What is finer than 10⁻⁹ is rounded away from zero, as Kubernetes does.
 *
 * @throws {@link InvalidQuantityError} when the text is not a quantity
 */
export function parseQuantity(text: string | number): Quantity {
  const written = String(text);
  const sign = /^[+-]/.exec(written)?.[0] ?? '';
  const match = amountPattern.exec(written.slice(sign.length));
  if (!match) {
    throw new InvalidQuantityError(
      `"${text}" is not a quantity. Write a number with an optional suffix, for example 500m, 2 or 1.5Gi.`,
    );
  }
  const [, number, , suffix = ''] = match;
  const [whole, fraction = ''] = number.split('.');
  const digits = BigInt(`${whole}${fraction}` || '0');
  const binary = binaryPower[suffix];
  const exponent = /^[eE][+-]?[0-9]/.test(suffix);
  const power = powerOfTen(suffix, exponent) - fraction.length + 9;
  const scaled = binary === undefined ? digits : digits << binary;
  const nano =
    power >= 0
      ? scaled * 10n ** BigInt(power)
      : divideUp(scaled, 10n ** BigInt(-power));
  return {
    nano: sign === '-' ? -nano : nano,
    format: formatOf(binary !== undefined, exponent),
  };
}

/** The power of ten that a suffix stands for; 0 for binary ones. */
function powerOfTen(suffix: string, isExponent: boolean): number {
  return isExponent ? Number(suffix.slice(1)) : decimalPower[suffix] ?? 0;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

function formatOf(binary: boolean, exponent: boolean): QuantityFormat {
  if (binary) return 'BinarySI';
  return exponent ? 'DecimalExponent' : 'DecimalSI';
}
