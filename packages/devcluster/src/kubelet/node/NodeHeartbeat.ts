import {
  ApiError,
  Lease,
  Namespace,
  Node,
  type KubeClient,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import { nodeLabels, nodeStatus } from './nodeStatus';

const LEASE_NAMESPACE = 'kube-node-lease';
/** As kubelets: a lease for 40 s, renewed four times in that time; the whole status every five minutes. */
const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
const STATUS_MS = 300_000;

/** Keeps the Node object true: registers it, renews its lease, says when it ends. */
export class NodeHeartbeat {
  readonly #client: KubeClient;
  readonly #name: string;
  readonly #hostIP: string;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #statusAt = 0;
  #node: Node | undefined;

  constructor(options: {
    client: KubeClient;
    nodeName: string;
    hostIP: string;
    log: Logger;
  }) {
    this.#client = options.client;
    this.#name = options.nodeName;
    this.#hostIP = options.hostIP;
    this.#log = options.log;
  }

  /** Registers the node as ready, then keeps on. */
  async start(): Promise<void> {
    await this.#register();
    await this.#writeStatus(true);
    this.#beat();
  }

  /** Says that the node is not ready any more, if the API server still listens. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writeStatus(false).catch(() => undefined);
  }

  #beat(): void {
    this.#renewLease()
      .then(async () => {
        if (Date.now() - this.#statusAt > STATUS_MS) {
          await this.#writeStatus(true);
        }
      })
      .catch(error =>
        this.#log.warn({ err: error }, 'the node could not renew its lease'),
      );
    this.#timer = setTimeout(() => this.#beat(), RENEW_MS);
  }

  async #register(): Promise<void> {
    const key = { name: this.#name };
    const labels = nodeLabels(this.#name);
    try {
      this.#node = await this.#client.create(Node, {
        metadata: { ...key, labels },
        spec: {},
      });
    } catch (error) {
      if (!ApiError.isAlreadyExists(error)) throw error;
      this.#node = await this.#client.patch(Node, key, 'merge', {
        metadata: { labels },
      });
    }
  }

  async #writeStatus(isReady: boolean): Promise<void> {
    const status = nodeStatus({
      before: this.#node?.status?.conditions ?? [],
      hostIP: this.#hostIP,
      isReady,
      now: Date.now(),
    });
    this.#node = await this.#client.patch(
      Node,
      { name: this.#name },
      'merge',
      { status },
      { subresource: 'status', timeoutMs: 2_000 },
    );
    this.#statusAt = Date.now();
  }

  async #renewLease(): Promise<void> {
    const key = { namespace: LEASE_NAMESPACE, name: this.#name };
    const spec = {
      holderIdentity: this.#name,
      leaseDurationSeconds: LEASE_SECONDS,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    };
    try {
      await this.#client.patch(Lease, key, 'merge', { spec });
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
      await this.#ensureNamespace();
      await this.#client.create(Lease, { metadata: key, spec });
    }
  }

  async #ensureNamespace(): Promise<void> {
    const name = LEASE_NAMESPACE;
    if (await this.#client.find(Namespace, { name })) return;
    await this.#client.create(Namespace, { metadata: { name } });
  }
}
