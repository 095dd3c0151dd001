import { celFunc, celMethod, CelScalar, type CelFunc } from '@bufbuild/cel';
import { parseQuantity } from '../../schemas/Quantity';
import { kubernetesTypes } from './kubernetesTypes';

const { quantity } = kubernetesTypes;
const { STRING, BOOL, INT, DOUBLE } = CelScalar;
const nano = 1_000_000_000n;

function parse(text: string): bigint {
  const parsed = parseQuantity(text);
  if (!parsed) {
    throw new Error(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  return parsed.nanos;
}

function compare(a: bigint, b: bigint): bigint {
  if (a === b) return 0n;
  return a < b ? -1n : 1n;
}

/** `quantity('1Gi')` and what it can do; the text of a quantity is its amount in nano units. */
export function quantityLibrary(): CelFunc[] {
  const type = quantity.type;
  const nanos = (each: Parameters<typeof quantity.text>[0]) =>
    BigInt(quantity.text(each));
  const of = (amount: bigint) => quantity.of(String(amount));
  return [
    celFunc('quantity', [STRING], type, text => of(parse(text))),
    celFunc(
      'isQuantity',
      [STRING],
      BOOL,
      text => parseQuantity(text) !== undefined,
    ),
    celMethod('sign', type, [], INT, function sign() {
      return compare(nanos(this), 0n);
    }),
    celMethod('isInteger', type, [], BOOL, function isInteger() {
      return nanos(this) % nano === 0n;
    }),
    celMethod('asInteger', type, [], INT, function asInteger() {
      const value = nanos(this);
      if (value % nano !== 0n)
        throw new Error('cannot convert value to integer');
      return value / nano;
    }),
    celMethod(
      'asApproximateFloat',
      type,
      [],
      DOUBLE,
      function asApproximateFloat() {
        return Number(nanos(this)) / 1e9;
      },
    ),
    celMethod(
      'isGreaterThan',
      type,
      [type],
      BOOL,
      function isGreaterThan(other) {
        return nanos(this) > nanos(other);
      },
    ),
    celMethod('isLessThan', type, [type], BOOL, function isLessThan(other) {
      return nanos(this) < nanos(other);
    }),
    celMethod('compareTo', type, [type], INT, function compareTo(other) {
      return compare(nanos(this), nanos(other));
    }),
    celMethod('add', type, [type], type, function add(other) {
      return of(nanos(this) + nanos(other));
    }),
    celMethod('add', type, [INT], type, function add(other) {
      return of(nanos(this) + other * nano);
    }),
    celMethod('sub', type, [type], type, function sub(other) {
      return of(nanos(this) - nanos(other));
    }),
    celMethod('sub', type, [INT], type, function sub(other) {
      return of(nanos(this) - other * nano);
    }),
  ];
}
