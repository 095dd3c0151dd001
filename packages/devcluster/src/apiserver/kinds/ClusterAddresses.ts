import type { ObjectStore } from '../../store/ObjectStore';

/** Loopback, so that an address of a Service can be listened on by this machine; 127.96.0.0/16. */
const prefix = '127.96';
/** 127.96.0.1 is the Service `kubernetes`. */
const first = 2;
const last = 65_534;

/** Gives Services their cluster addresses. */
export class ClusterAddresses {
  private next = first;

  constructor(private readonly store: ObjectStore) {}

  /** Whether an address lies in the range that Services get theirs from. */
  isInRange(address: string): boolean {
    return address.startsWith(`${prefix}.`);
  }

  isTaken(address: string): boolean {
    for (const { spec } of this.store.each('/services')) {
      if (spec?.clusterIP === address) return true;
    }
    return false;
  }

  /** A free address. */
  allocate(): string {
    const taken = new Set<string>();
    for (const { spec } of this.store.each('/services')) taken.add(spec?.clusterIP);
    for (let tried = 0; tried <= last; tried += 1) {
      const address = `${prefix}.${this.next >> 8}.${this.next & 255}`;
      this.next = this.next >= last ? first : this.next + 1;
      if (!taken.has(address)) return address;
    }
    throw new Error(`Every address of ${prefix}.0.0/16 is taken. Delete Services.`);
  }
}
