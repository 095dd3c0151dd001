import {
  celFunc,
  celMethod,
  CelScalar,
  listType,
  isCelList,
  isCelUint,
  type CelFunc,
  type CelValue,
} from '@bufbuild/cel';
import { isDeepStrictEqual } from 'node:util';
import { compilePattern } from '../definitions/matchesPattern';

const { STRING, BOOL, INT, DYN } = CelScalar;
const anyList = listType(DYN);

function compare(a: CelValue, b: CelValue): number {
  const [left, right] = [comparable(a), comparable(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function comparable(value: CelValue): string | number | bigint | boolean {
  if (isCelUint(value)) return value.value;
  if (typeof value === 'object')
    throw new Error('found no matching overload: the items have no order');
  return value as string | number | bigint | boolean;
}

function isSame(a: CelValue, b: CelValue): boolean {
  if (typeof a === 'bigint' && typeof b === 'number') return Number(a) === b;
  if (isCelList(a) && isCelList(b)) {
    const [left, right] = [[...a], [...b]];
    return (
      left.length === right.length &&
      left.every((each, index) =>
        isSame(each as CelValue, right[index] as CelValue),
      )
    );
  }
  return a === b || isDeepStrictEqual(a, b);
}

function extreme(values: CelValue[], sign: number, name: string): CelValue {
  if (!values.length) throw new Error(`${name} called on empty list`);
  return values.reduce((best, each) =>
    compare(each, best) * sign > 0 ? each : best,
  );
}

function total(values: CelValue[]): CelValue {
  if (!values.length) return 0n;
  return values.reduce((sum, each) => {
    if (typeof sum === 'bigint' && typeof each === 'bigint') return sum + each;
    if (typeof sum === 'number' && typeof each === 'number') return sum + each;
    throw new Error('found no matching overload: the items cannot be added');
  });
}

const items = (list: Iterable<unknown>) => [...list] as CelValue[];

function listFunctions(): CelFunc[] {
  return [
    celMethod('isSorted', anyList, [], BOOL, function isSorted() {
      const values = items(this);
      return values.every(
        (each, index) => index === 0 || compare(values[index - 1], each) <= 0,
      );
    }),
    celMethod('sum', anyList, [], DYN, function sum() {
      return total(items(this)) as never;
    }),
    celMethod('min', anyList, [], DYN, function min() {
      return extreme(items(this), -1, 'min') as never;
    }),
    celMethod('max', anyList, [], DYN, function max() {
      return extreme(items(this), 1, 'max') as never;
    }),
    celMethod('indexOf', anyList, [DYN], INT, function indexOf(value) {
      return BigInt(
        items(this).findIndex(each => isSame(each, value as CelValue)),
      );
    }),
    celMethod('lastIndexOf', anyList, [DYN], INT, function lastIndexOf(value) {
      return BigInt(
        items(this).findLastIndex(each => isSame(each, value as CelValue)),
      );
    }),
  ];
}

function setFunctions(): CelFunc[] {
  const includesAll = (a: CelValue[], b: CelValue[]) =>
    b.every(each => a.some(other => isSame(other, each)));
  return [
    celFunc('sets.contains', [anyList, anyList], BOOL, (a, b) =>
      includesAll(items(a), items(b)),
    ),
    celFunc(
      'sets.equivalent',
      [anyList, anyList],
      BOOL,
      (a, b) =>
        includesAll(items(a), items(b)) && includesAll(items(b), items(a)),
    ),
    celFunc('sets.intersects', [anyList, anyList], BOOL, (a, b) =>
      items(a).some(each => items(b).some(other => isSame(each, other))),
    ),
  ];
}

function findAll(text: string, pattern: string, limit = Infinity): string[] {
  // RE2 says whether the pattern is one and whether there is a match; where, only JavaScript's own engine tells.
  if (!compilePattern(pattern).test(text)) return [];
  const found: string[] = [];
  for (const [match] of text.matchAll(new RegExp(pattern, 'gu'))) {
    if (found.length === limit) break;
    found.push(match);
  }
  return found;
}

function regexFunctions(): CelFunc[] {
  return [
    celMethod('find', STRING, [STRING], STRING, function find(pattern) {
      return findAll(this, pattern, 1)[0] ?? '';
    }),
    celMethod(
      'findAll',
      STRING,
      [STRING],
      listType(STRING),
      function findEach(pattern) {
        return findAll(this, pattern);
      },
    ),
    celMethod(
      'findAll',
      STRING,
      [STRING, INT],
      listType(STRING),
      function findSome(pattern, limit) {
        return findAll(this, pattern, limit < 0n ? Infinity : Number(limit));
      },
    ),
  ];
}

/** An optional is a list of at most one value; that is all `oldSelf` needs of it. */
function optionalFunctions(): CelFunc[] {
  return [
    celMethod('hasValue', anyList, [], BOOL, function hasValue() {
      return items(this).length > 0;
    }),
    celMethod('value', anyList, [], DYN, function value() {
      const [each] = items(this);
      if (each === undefined) throw new Error('optional.none() dereference');
      return each as never;
    }),
    celMethod('orValue', anyList, [DYN], DYN, function orValue(other) {
      const [each] = items(this);
      return (each ?? other) as never;
    }),
  ];
}

/** Lists, sets, regular expressions and optionals. */
export function collectionLibrary(): CelFunc[] {
  return [
    ...listFunctions(),
    ...setFunctions(),
    ...regexFunctions(),
    ...optionalFunctions(),
  ];
}
