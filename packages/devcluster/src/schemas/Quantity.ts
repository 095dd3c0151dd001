/**
 * Amounts such as `500m`, `1.5Gi` or `1e3`, exact: a value is counted in nano units, the smallest Kubernetes knows.
 */
const binary: Record<string, bigint> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
const decimalExponent: Record<string, number> = {
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
const nano = 1_000_000_000n;
const pattern =
  /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?\d+)$/;

type Format = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

/** Nano units of a quantity and how it is written; `undefined` if the text is none. */
export function parseQuantity(
  text: string,
): { nanos: bigint; format: Format } | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, sign, digits, suffix] = match;
  const [whole, fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0');
  let numerator: bigint;
  let exponent = 9 - fraction.length;
  let format: Format = 'DecimalSI';
  if (binary[suffix]) {
    numerator = mantissa * binary[suffix];
    format = 'BinarySI';
  } else {
    numerator = mantissa;
    if (/^[eE]./.test(suffix)) {
      exponent += Number(suffix.slice(1));
      format = 'DecimalExponent';
    } else {
      exponent += decimalExponent[suffix];
    }
  }
  let nanos: bigint;
  if (exponent >= 0) {
    nanos = numerator * 10n ** BigInt(exponent);
  } else {
    // What is finer than a nano unit is rounded away from zero.
    const divisor = 10n ** BigInt(-exponent);
    nanos = (numerator + divisor - 1n) / divisor;
  }
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

/** The quantity in the form the API answers with; `undefined` if the text is none. */
export function canonicalQuantity(text: string): string | undefined {
  const parsed = parseQuantity(text);
  if (!parsed) return undefined;
  return formatQuantity(parsed.nanos, parsed.format);
}

/** Writes nano units with the largest suffix that needs no fraction. */
export function formatQuantity(
  nanos: bigint,
  format: Format = 'DecimalSI',
): string {
  if (nanos === 0n) return '0';
  if (format === 'BinarySI' && nanos % nano === 0n) {
    const units = nanos / nano;
    const magnitude = units < 0n ? -units : units;
    if (magnitude >= 1024n) {
      for (const [suffix, factor] of Object.entries(binary).reverse()) {
        if (units % factor === 0n) return `${units / factor}${suffix}`;
      }
    }
    return String(units);
  }
  let value = nanos;
  let exponent = -9;
  while (value % 1000n === 0n && exponent < 18) {
    value /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent')
    return exponent === 0 ? String(value) : `${value}e${exponent}`;
  const suffix = Object.keys(decimalExponent).find(
    each => decimalExponent[each] === exponent,
  );
  return `${value}${suffix}`;
}

/** Adds, subtracts and compares by nano units. */
export function quantityNanos(value: string | number): bigint {
  return parseQuantity(String(value))?.nanos ?? 0n;
}
