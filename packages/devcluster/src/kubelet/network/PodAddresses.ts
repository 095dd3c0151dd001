import { randomInt } from 'node:crypto';

/**
 * Pods get addresses from 127.32.0.0 up to 127.95.255.255: away from what programs use of 127.0.0.0/8 themselves and from the cluster
 * addresses of Services.
 */
const FIRST_SECOND_OCTET = 32;
const SECOND_OCTETS = 64;

/** Where other loopback addresses than this one must be configured first, all pods share it. */
const ONLY_LOOPBACK = '127.0.0.1';

/**
 * A loopback address for each pod, so that fixed ports do not collide. Chosen at random out of four million, because other devclusters on
 * the machine choose from the same.
 */
export class PodAddresses {
  readonly #used = new Set<string>();
  readonly #platform: NodeJS.Platform;

  constructor(platform: NodeJS.Platform = process.platform) {
    this.#platform = platform;
  }

  /** @param earlier - the address a pod had before a restart of the node; it keeps it if nobody else has it now */
  allocate(earlier?: string): string {
    if (earlier && isPodAddress(earlier) && !this.#used.has(earlier)) {
      this.#used.add(earlier);
      return earlier;
    }
    // Linux answers on all of 127.0.0.0/8; others only on what is configured.
    if (this.#platform !== 'linux') return ONLY_LOOPBACK;
    for (;;) {
      const second = FIRST_SECOND_OCTET + randomInt(SECOND_OCTETS);
      const address = `127.${second}.${randomInt(256)}.${randomInt(1, 255)}`;
      if (this.#used.has(address)) continue;
      this.#used.add(address);
      return address;
    }
  }

  release(address: string): void {
    this.#used.delete(address);
  }
}

function isPodAddress(address: string): boolean {
  const [first, second] = address.split('.').map(Number);
  return (
    first === 127 &&
    second >= FIRST_SECOND_OCTET &&
    second < FIRST_SECOND_OCTET + SECOND_OCTETS
  );
}
