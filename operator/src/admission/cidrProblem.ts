import ipaddr from 'ipaddr.js';

/** Why a text is neither an address nor a network, in words, or `undefined` if it is one. */
export function cidrProblem(text: string): string | undefined {
  const [address, bits, rest] = text.split('/');
  // ipaddr.js also reads octal, hexadecimal and short forms, which others read differently.
  if (rest !== undefined || !ipaddr.isValid(address) || isAmbiguous(address)) {
    return 'not an address or network such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32';
  }
  if (bits === undefined) return undefined;
  const longest = ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128;
  const isLength = /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= longest;
  return isLength
    ? undefined
    : `the network's length must be a number from 0 to ${longest}`;
}

function isAmbiguous(address: string): boolean {
  if (address.includes(':')) return false;
  return !/^((0|[1-9]\d{0,2})\.){3}(0|[1-9]\d{0,2})$/.test(address);
}
