import {
  celFunc,
  celMethod,
  CelScalar,
  listType,
  mapType,
  type CelFunc,
} from '@bufbuild/cel';
import ipaddr from 'ipaddr.js';
import { kubernetesTypes } from './kubernetesTypes';

const { ip, cidr, url } = kubernetesTypes;
const { STRING, BOOL, INT } = CelScalar;

type Address = ReturnType<typeof ipaddr.parse>;

/** Strict as Go is: four full decimal parts without leading zeros; no IPv4 in IPv6 clothes, no zone. */
function parseIp(text: string): Address | undefined {
  if (text.includes('%')) return undefined;
  if (
    !text.includes(':') &&
    !/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)
  )
    return undefined;
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.parse(text);
  if (
    address.kind() === 'ipv6' &&
    (address as ipaddr.IPv6).isIPv4MappedAddress()
  )
    return undefined;
  return address;
}

function canonical(address: Address): string {
  return address.kind() === 'ipv6'
    ? (address as ipaddr.IPv6).toRFC5952String()
    : address.toString();
}

function parseCidr(text: string): [Address, number] | undefined {
  const [base, bits] = text.split('/');
  const address = parseIp(base ?? '');
  if (!address || !/^(0|[1-9]\d*)$/.test(bits ?? '')) return undefined;
  const length = Number(bits);
  return length <= (address.kind() === 'ipv4' ? 32 : 128)
    ? [address, length]
    : undefined;
}

function contains([base, bits]: [Address, number], address: Address): boolean {
  return base.kind() === address.kind() && address.match(base as never, bits);
}

function masked([base, bits]: [Address, number]): string {
  const network =
    base.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${base}/${bits}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${base}/${bits}`);
  return `${canonical(network)}/${bits}`;
}

function required<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Error(message);
  return value;
}

function ipLibrary(): CelFunc[] {
  const of = (text: string) =>
    ip.of(
      canonical(
        required(
          parseIp(text),
          `IP Address ${JSON.stringify(text)} parse error`,
        ),
      ),
    );
  const has = (name: string, range: string[]) =>
    celMethod(name, ip.type, [], BOOL, function inRange() {
      return range.includes(parseIp(ip.text(this))!.range());
    });
  return [
    celFunc('ip', [STRING], ip.type, of),
    celFunc('isIP', [STRING], BOOL, text => parseIp(text) !== undefined),
    celFunc(
      'ip.isCanonical',
      [STRING],
      BOOL,
      text => ip.text(of(text)) === text,
    ),
    celFunc('string', [ip.type], STRING, address => ip.text(address)),
    celMethod('family', ip.type, [], INT, function family() {
      return parseIp(ip.text(this))!.kind() === 'ipv4' ? 4n : 6n;
    }),
    has('isUnspecified', ['unspecified']),
    has('isLoopback', ['loopback']),
    has('isLinkLocalMulticast', ['multicast']),
    has('isLinkLocalUnicast', ['linkLocal']),
    celMethod('isGlobalUnicast', ip.type, [], BOOL, function isGlobalUnicast() {
      const range = parseIp(ip.text(this))!.range();
      return ![
        'unspecified',
        'loopback',
        'multicast',
        'linkLocal',
        'broadcast',
      ].includes(range);
    }),
  ];
}

function cidrLibrary(): CelFunc[] {
  const parse = (text: string) =>
    required(
      parseCidr(text),
      `network address parse error during conversion from string: ${JSON.stringify(
        text,
      )}`,
    );
  const of = (text: string) => {
    const [address, bits] = parse(text);
    return cidr.of(`${canonical(address)}/${bits}`);
  };
  return [
    celFunc('cidr', [STRING], cidr.type, of),
    celFunc('isCIDR', [STRING], BOOL, text => parseCidr(text) !== undefined),
    celFunc('string', [cidr.type], STRING, network => cidr.text(network)),
    celMethod(
      'containsIP',
      cidr.type,
      [ip.type],
      BOOL,
      function containsIP(address) {
        return contains(parse(cidr.text(this)), parseIp(ip.text(address))!);
      },
    ),
    celMethod(
      'containsIP',
      cidr.type,
      [STRING],
      BOOL,
      function containsIP(text) {
        return contains(
          parse(cidr.text(this)),
          required(parseIp(text), `IP Address ${text} parse error`),
        );
      },
    ),
    celMethod(
      'containsCIDR',
      cidr.type,
      [cidr.type],
      BOOL,
      function containsCIDR(other) {
        const [inner, bits] = parse(cidr.text(other));
        const outer = parse(cidr.text(this));
        return outer[1] <= bits && contains(outer, inner);
      },
    ),
    celMethod(
      'containsCIDR',
      cidr.type,
      [STRING],
      BOOL,
      function containsCIDR(text) {
        const [inner, bits] = parse(text);
        const outer = parse(cidr.text(this));
        return outer[1] <= bits && contains(outer, inner);
      },
    ),
    celMethod('ip', cidr.type, [], ip.type, function address() {
      return ip.of(cidr.text(this).split('/')[0]);
    }),
    celMethod('masked', cidr.type, [], cidr.type, function network() {
      return cidr.of(masked(parse(cidr.text(this))));
    }),
    celMethod('prefixLength', cidr.type, [], INT, function prefixLength() {
      return BigInt(parse(cidr.text(this))[1]);
    }),
  ];
}

/** A URL as Go parses one: with a scheme, or an absolute path alone. */
function parseUrl(text: string): URL | undefined {
  const absolute = text.startsWith('/') ? `path://${text}` : text;
  if (/\s/.test(text) || !URL.canParse(absolute)) return undefined;
  return new URL(absolute);
}

function urlLibrary(): CelFunc[] {
  const at = (text: string) => parseUrl(text)!;
  const isPath = (text: string) => text.startsWith('/');
  const getter = (name: string, read: (text: string) => string) =>
    celMethod(name, url.type, [], STRING, function get() {
      return read(url.text(this));
    });
  return [
    celFunc('url', [STRING], url.type, text => {
      required(
        parseUrl(text),
        `URL parse error during conversion from string: parse ${JSON.stringify(
          text,
        )}: invalid URI for request`,
      );
      return url.of(text);
    }),
    celFunc('isURL', [STRING], BOOL, text => parseUrl(text) !== undefined),
    getter('getScheme', text =>
      isPath(text) ? '' : at(text).protocol.replace(/:$/, ''),
    ),
    getter('getHost', text =>
      isPath(text)
        ? ''
        : /^[^:]+:\/\/(?:[^@/]*@)?([^/?#]*)/.exec(text)?.[1] ?? '',
    ),
    getter('getHostname', text =>
      isPath(text) ? '' : at(text).hostname.replace(/^\[|\]$/g, ''),
    ),
    getter('getPort', text =>
      isPath(text)
        ? ''
        : /:(\d+)$/.exec(/^[^:]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '')?.[1] ??
          '',
    ),
    getter('getEscapedPath', text =>
      /^[^:]+:\/\/[^/?#]*$/.test(text) ? '' : at(text).pathname,
    ),
    celMethod(
      'getQuery',
      url.type,
      [],
      mapType(STRING, listType(STRING)),
      function getQuery() {
        const result = new Map<string, string[]>();
        for (const [key, value] of at(url.text(this)).searchParams) {
          result.set(key, [...(result.get(key) ?? []), value]);
        }
        return result;
      },
    ),
  ];
}

/** Addresses, networks and URLs. */
export function networkLibrary(): CelFunc[] {
  return [...ipLibrary(), ...cidrLibrary(), ...urlLibrary()];
}
