import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { ApiServer } from './ApiServer';
import { WatchStream } from './WatchStream';

/** How kubectl ended and what it said. */
export interface KubectlResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** Longest wait for a condition that must come true. */
const CONDITION_TIMEOUT_MS = 20_000;

/** What a file of behaviours works with: the API server of KUBECONFIG and a namespace of its own. */
export class Cluster {
  api!: ApiServer;
  namespace!: string;
  private readonly watches: WatchStream[] = [];

  /** Path of a core resource in the file's namespace, such as `core('configmaps', 'a')`. */
  core(plural: string, ...rest: string[]): string {
    return ['/api/v1/namespaces', this.namespace, plural, ...rest].join('/');
  }

  /** Path of a resource of a group in the file's namespace, such as `group('apps/v1', 'deployments')`. */
  group(apiVersion: string, plural: string, ...rest: string[]): string {
    return [
      '/apis',
      apiVersion,
      'namespaces',
      this.namespace,
      plural,
      ...rest,
    ].join('/');
  }

  /** A name that no other test uses, also not in an earlier run against the same server. */
  uniqueName(prefix: string): string {
    return `${prefix}-${randomBytes(4).toString('hex')}`;
  }

  async watch(path: string): Promise<WatchStream> {
    const stream = await WatchStream.open(this.api, path);
    this.watches.push(stream);
    return stream;
  }

  /** Waits until `look` answers something, and answers that. */
  async until<T>(
    what: string,
    look: () => Promise<T | undefined | false>,
  ): Promise<T> {
    const end = Date.now() + CONDITION_TIMEOUT_MS;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > end) throw new Error(`In vain waited until ${what}.`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  /** Runs the real kubectl in the file's namespace. */
  kubectl(args: string[], input?: string): Promise<KubectlResult> {
    return new Promise(resolve => {
      const child = execFile(
        process.env.KUBECTL ?? 'kubectl',
        [
          '--kubeconfig',
          this.api.kubeconfig,
          '--namespace',
          this.namespace,
          ...args,
        ],
        { maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) =>
          resolve({
            status: error ? Number(error.code ?? 1) : 0,
            stdout,
            stderr,
          }),
      );
      child.stdin?.end(input ?? '');
    });
  }

  closeWatches() {
    for (const watch of this.watches.splice(0)) watch.close();
  }
}

/** Gives the tests of a file a namespace of their own, made before the first and removed after the last. */
export function useCluster(): Cluster {
  const cluster = new Cluster();
  beforeAll(async () => {
    const { KUBECONFIG } = process.env;
    if (!KUBECONFIG) {
      throw new Error(
        'KUBECONFIG must name the API server that is checked; `./greenroom test --only conformance` starts one.',
      );
    }
    cluster.api = new ApiServer(KUBECONFIG);
    cluster.namespace = cluster.uniqueName('conformance');
    const { status } = await cluster.api.post('/api/v1/namespaces', {
      metadata: { name: cluster.namespace },
    });
    expect(status).toBe(201);
    // Pods are refused until the namespace has it, on any cluster.
    await cluster.until('the default service account is there', async () => {
      const account = await cluster.api.get(
        cluster.core('serviceaccounts', 'default'),
      );
      return account.status === 200;
    });
  });
  afterEach(() => cluster.closeWatches());
  afterAll(async () => {
    await cluster.api.delete(`/api/v1/namespaces/${cluster.namespace}`);
    cluster.api.close();
  });
  return cluster;
}

/**
 * A behaviour that needs a kubelet: it runs where the cluster has a node, which the run says with CONFORMANCE_NODE,
 * because jest decides before anything can be asked.
 */
export const itOnNode = process.env.CONFORMANCE_NODE === 'true' ? it : it.skip;
