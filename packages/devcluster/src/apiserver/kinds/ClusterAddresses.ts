import { randomInt } from 'node:crypto';
import type { ObjectStore } from '../../store/ObjectStore';

/**
 * Loopback, so that an address of a Service can be listened on by this machine: from 127.96.0.0 up to
 * 127.127.255.255, away from those of pods.
 */
const FIRST_SECOND_OCTET = 96;
const SECOND_OCTETS = 32;

/** A range this large is never full; so many misses mean that something else is wrong. */
const MOST_TRIES = 1000;

/** Any address of the range that Services get theirs from. */
export function randomServiceAddress(): string {
  const second = FIRST_SECOND_OCTET + randomInt(SECOND_OCTETS);
  return `127.${second}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/**
 * Gives Services their cluster addresses: at random out of two million, because other devclusters on the machine
 * choose from the same, and their Services' forwarders listen on them.
 */
export class ClusterAddresses {
  constructor(private readonly store: ObjectStore) {}

  /** Whether an address lies in the range that Services get theirs from. */
  isInRange(address: string): boolean {
    const [first, second] = address.split('.').map(Number);
    return (
      first === 127 &&
      second >= FIRST_SECOND_OCTET &&
      second < FIRST_SECOND_OCTET + SECOND_OCTETS
    );
  }

  isTaken(address: string): boolean {
    for (const { spec } of this.store.each('/services')) {
      if (spec?.clusterIP === address) return true;
    }
    return false;
  }

  /** A free address. */
  allocate(): string {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const address = randomServiceAddress();
      if (!this.isTaken(address)) return address;
    }
    throw new Error(
      'Every address that Services get theirs from is taken. Delete Services.',
    );
  }
}
