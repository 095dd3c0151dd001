import ipaddr from 'ipaddr.js';

/** How far a permission to reach a host extends: to the internet, to private networks too, or to this machine and its neighbours. */
export type Reach = 'public' | 'private' | 'any';

/** Whether an address may be connected to. */
export type AddressJudgement =
  | { allowed: true }
  /** `what` says in words what kind of address it is. */
  | { allowed: false; what: string; needs: Exclude<Reach, 'public'> };

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Where clouds answer questions about a machine and hand out its credentials, as far as the address's range does not tell:
 * Azure's wire server, Alibaba's and AWS' IPv6 metadata service. All others are link-local.
 */
const METADATA = ['168.63.129.16', '100.100.100.200', 'fd00:ec2::254'].map(
  address => ipaddr.parse(address).toNormalizedString(),
);

const PRIVATE_RANGES: Record<string, string> = {
  private: 'a private address',
  uniqueLocal: 'a private address',
  carrierGradeNat: 'a shared private address',
};

const LOCAL_RANGES: Record<string, string> = {
  loopback: 'a loopback address',
  linkLocal: 'a link-local address, where clouds keep their metadata service',
  unspecified: 'the unspecified address',
};

/** Judges an address by its range. `networks` are those that were allowed by their numbers, as CIDR. */
export function judgeAddress(
  address: string,
  reach: Reach,
  networks: readonly string[],
): AddressJudgement {
  const parsed = plainAddress(address);
  if (!parsed) return { allowed: false, what: 'no address', needs: 'any' };
  if (networks.some(network => contains(network, parsed)))
    return { allowed: true };
  const { what, needs } = kindOf(parsed);
  if (needs === 'public' || reach === 'any' || reach === needs)
    return { allowed: true };
  return { allowed: false, what, needs };
}

/** Whether a text is an address, and not a name. */
export function isAddress(host: string): boolean {
  return plainAddress(host) !== undefined;
}

/** Whether an address lies in a network such as `10.0.0.0/8`. */
export function isInNetwork(address: string, network: string): boolean {
  const parsed = plainAddress(address);
  return parsed !== undefined && contains(network, parsed);
}

/** The address that really is connected to: IPv6 addresses that stand for an IPv4 address are that. */
function plainAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  // Only the one spelling that everybody reads alike: no octal, hexadecimal or short forms.
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare))
    return undefined;
  const address = ipaddr.process(bare);
  if (address.kind() === 'ipv6' && address.range() === 'rfc6052')
    return new ipaddr.IPv4(address.toByteArray().slice(-4));
  return address;
}

function kindOf(address: Address): { what: string; needs: Reach } {
  if (METADATA.includes(address.toNormalizedString()))
    return { what: 'a cloud’s metadata service', needs: 'any' };
  const range = address.range();
  if (range === 'unicast') return { what: 'a public address', needs: 'public' };
  const privately = PRIVATE_RANGES[range];
  if (privately) return { what: privately, needs: 'private' };
  return {
    what: LOCAL_RANGES[range] ?? 'an address of no ordinary host',
    needs: 'any',
  };
}

function contains(network: string, address: Address): boolean {
  try {
    const [start, bits] = ipaddr.parseCIDR(network);
    return start.kind() === address.kind() && address.match([start, bits]);
  } catch {
    return false;
  }
}
