import type { Quantity } from './parseQuantity';

const nanosInOne = 1_000_000_000n;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * Writes a quantity in Kubernetes' canonical form: no fraction, and the largest suffix of its family that allows that. As
 * Kubernetes does, what is written with a binary suffix but is less than 1024 or not whole is written with a decimal one.
 */
export function printQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const whole = nano % nanosInOne === 0n;
  const ones = nano / nanosInOne;
  const small = ones > -1024n && ones < 1024n;
  if (format === 'BinarySI' && whole && !small) {
    const [digits, power] = divideOut(ones, 1024n, binarySuffixes.length - 1);
    return `${digits}${binarySuffixes[power]}`;
  }
  if (format === 'DecimalExponent') {
    const [digits, power] = divideOut(nano, 1000n, Number.MAX_SAFE_INTEGER);
    const exponent = power * 3 - 9;
    return exponent === 0 ? `${digits}` : `${digits}e${exponent}`;
  }
  const [digits, power] = divideOut(nano, 1000n, decimalSuffixes.length - 1);
  return `${digits}${decimalSuffixes[power]}`;
}

/** Divides as often as it goes without rest, at most `most` times. */
function divideOut(
  value: bigint,
  by: bigint,
  most: number,
): [digits: bigint, times: number] {
  let digits = value;
  let times = 0;
  while (times < most && digits % by === 0n) {
    digits /= by;
    times += 1;
  }
  return [digits, times];
}
