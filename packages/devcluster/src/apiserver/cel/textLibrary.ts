import {
  celFunc,
  celMethod,
  CelScalar,
  listType,
  type CelFunc,
} from '@bufbuild/cel';
import { formatChecks } from '../definitions/formatChecks';
import { objectNames } from '../handlers/objectNames';
import { kubernetesTypes } from './kubernetesTypes';

const { semver, format } = kubernetesTypes;
const { STRING, BOOL, INT, DYN } = CelScalar;

const versionForm =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-.]+))?$/;

/** Drops a leading `v`, fills in missing parts and takes leading zeros away. */
function normalized(text: string): string {
  const [core, ...rest] = text.replace(/^v/, '').split(/(?=[-+])/);
  const parts = core.split('.').map(each => each.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest.join('');
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [versionForm.exec(a)!, versionForm.exec(b)!];
  for (const index of [1, 2, 3]) {
    const difference = Number(left[index]) - Number(right[index]);
    if (difference) return Math.sign(difference);
  }
  if (left[4] === right[4]) return 0;
  if (left[4] === undefined) return 1;
  if (right[4] === undefined) return -1;
  const [first, second] = [left[4].split('.'), right[4].split('.')];
  for (
    let index = 0;
    index < Math.max(first.length, second.length);
    index += 1
  ) {
    const [x, y] = [first[index], second[index]];
    if (x === y) continue;
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    const [numericX, numericY] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (numericX && numericY) return Math.sign(Number(x) - Number(y));
    if (numericX !== numericY) return numericX ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

function semverLibrary(): CelFunc[] {
  const type = semver.type;
  const of = (text: string) => {
    if (!versionForm.test(text))
      throw new Error(
        `Invalid character(s) found in version ${JSON.stringify(text)}`,
      );
    return semver.of(text);
  };
  const part = (name: string, index: number) =>
    celMethod(name, type, [], INT, function get() {
      return BigInt(versionForm.exec(semver.text(this))![index]);
    });
  const order = (name: string, holds: (sign: number) => boolean) =>
    celMethod(name, type, [type], BOOL, function ordered(other) {
      return holds(compareVersions(semver.text(this), semver.text(other)));
    });
  return [
    celFunc('semver', [STRING], type, of),
    celFunc('semver', [STRING, BOOL], type, (text, lenient) =>
      of(lenient ? normalized(text) : text),
    ),
    celFunc('isSemver', [STRING], BOOL, text => versionForm.test(text)),
    celFunc('isSemver', [STRING, BOOL], BOOL, (text, lenient) =>
      versionForm.test(lenient ? normalized(text) : text),
    ),
    part('major', 1),
    part('minor', 2),
    part('patch', 3),
    order('isGreaterThan', sign => sign > 0),
    order('isLessThan', sign => sign < 0),
    celMethod('compareTo', type, [type], INT, function compareTo(other) {
      return BigInt(compareVersions(semver.text(this), semver.text(other)));
    }),
  ];
}

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** What each named format finds wrong with a text. */
const formats: Record<string, (text: string) => string[]> = {
  dns1123Label: text => objectNames.label(text),
  dns1123Subdomain: text => objectNames.subdomain(text),
  dns1035Label: text => objectNames.label1035(text),
  dns1123LabelPrefix: text => objectNames.label(text, true),
  dns1123SubdomainPrefix: text => objectNames.subdomain(text, true),
  dns1035LabelPrefix: text => objectNames.label1035(text, true),
  qualifiedName: text =>
    /^([a-z0-9.-]+\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(text)
      ? []
      : ['must be a qualified name'],
  labelValue: text =>
    labelValue.test(text) && text.length <= 63 ? [] : ['must be a label value'],
  uri: text => (formatChecks.uri(text) ? [] : ['must be a URI']),
  uuid: text =>
    formatChecks.uuid(text) ? [] : ['does not match the UUID format'],
  byte: text => (formatChecks.byte(text) ? [] : ['invalid base64']),
  date: text => (formatChecks.date(text) ? [] : ['invalid date']),
  datetime: text =>
    formatChecks['date-time'](text) ? [] : ['invalid datetime'],
};

/** `format.dns1123Label().validate(text)`: an optional with what is wrong, empty if nothing is. */
function formatLibrary(): CelFunc[] {
  const validate = (name: string, text: string) => formats[name](text);
  return [
    ...Object.keys(formats).map(name =>
      celFunc(`format.${name}`, [], format.type, () => format.of(name)),
    ),
    celFunc('format.named', [STRING], listType(DYN), name =>
      formats[name] ? ([format.of(name)] as never) : ([] as never),
    ),
    celMethod(
      'validate',
      format.type,
      [STRING],
      listType(DYN),
      function check(text) {
        const problems = validate(format.text(this), text);
        return (problems.length ? [problems] : []) as never;
      },
    ),
  ];
}

/** Versions and named formats. */
export function textLibrary(): CelFunc[] {
  return [...semverLibrary(), ...formatLibrary()];
}
