import {
  EndpointSlice,
  formatKey,
  Service,
  type Cache,
  type EventRecorder,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { Forwarder } from './Forwarder';
import {
  planForwarding,
  SERVICE_NAME_LABEL,
  type Forwarding,
} from './planForwarding';

/** A port that another program holds is tried again this often. */
const RETRY_MS = 5_000;

/** The EndpointSlices of a Service, found by `<namespace>/<name>`. */
export const SLICES_BY_SERVICE = 'service';

/** The Service whose endpoints a slice holds. */
export function serviceOfSlice({ metadata }: EndpointSlice): ObjectKey[] {
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  return name ? [{ namespace: metadata.namespace, name }] : [];
}

/** Keeps a forwarder open for each port of each Service: what kube-proxy does on a real node. */
export class ServiceProxyReconciler implements Reconciler {
  readonly #cache: Cache;
  readonly #events: EventRecorder;
  /** Per Service, by `host:port`. */
  readonly #open = new Map<string, Map<string, Forwarder>>();

  constructor(options: { cache: Cache; events: EventRecorder }) {
    this.#cache = options.cache;
    this.#events = options.events;
  }

  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const id = formatKey(key);
    const service = this.#cache.get(Service, key);
    const slices = this.#cache
      .informer(EndpointSlice)
      .byIndex(SLICES_BY_SERVICE, id);
    const wanted = service ? planForwarding(service, slices) : [];
    const open = this.#open.get(id) ?? new Map<string, Forwarder>();
    this.#open.set(id, open);
    await closeOthers(open, new Set(wanted.map(addressOf)));
    let hasFailed = false;
    for (const forwarding of wanted) {
      const forwarder = await this.#forwarder(open, forwarding);
      if (!forwarder) hasFailed = true;
      forwarder?.setBackends(forwarding.backends);
    }
    if (!open.size) this.#open.delete(id);
    return hasFailed ? { requeueAfter: RETRY_MS } : {};
  }

  /** Ends all forwarding. */
  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(open => closeOthers(open, new Set())));
  }

  async #forwarder(
    open: Map<string, Forwarder>,
    forwarding: Forwarding,
  ): Promise<Forwarder | undefined> {
    const address = addressOf(forwarding);
    const present = open.get(address);
    if (present) return present;
    try {
      const forwarder = await Forwarder.listen(
        forwarding.host,
        forwarding.port,
      );
      open.set(address, forwarder);
      return forwarder;
    } catch (error) {
      this.#events.event(forwarding.service, {
        type: 'Warning',
        reason: 'PortConflict',
        note: whyNot(forwarding, error as NodeJS.ErrnoException),
      });
      return undefined;
    }
  }
}

function addressOf({ host, port }: Forwarding): string {
  return `${host}:${port}`;
}

async function closeOthers(
  open: Map<string, Forwarder>,
  wanted: ReadonlySet<string>,
): Promise<void> {
  for (const [address, forwarder] of [...open]) {
    if (wanted.has(address)) continue;
    open.delete(address);
    await forwarder.close();
  }
}

function whyNot(
  { host, port }: Forwarding,
  { code, message }: NodeJS.ErrnoException,
): string {
  const address = `${host}:${port}`;
  if (code === 'EACCES') {
    return `The Service does not answer at ${address}: this user may not listen on ports below 1024. Give the Service a higher port (targetPort can stay), or use a real cluster.`;
  }
  if (code === 'EADDRINUSE') {
    return `The Service does not answer at ${address}: another program listens there, perhaps a container that binds all addresses. Stop it or change the port; on a real cluster the two would not meet.`;
  }
  return `The Service does not answer at ${address}: ${message}.`;
}
