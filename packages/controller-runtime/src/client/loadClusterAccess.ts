import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ClusterAccess } from './ClusterAccess';
import { inClusterAccess } from './inClusterAccess';
import { KubeConfigError, kubeConfigFileAccess } from './kubeConfigAccess';

/**
 * Finds the API server in the order kubectl and client-go use: a named file, `$KUBECONFIG` (its first file), the pod's ServiceAccount,
 * `~/.kube/config`.
 *
 * @param environment - usually `process.env`, passed in by the program's entry.
 */
export async function loadClusterAccess(
  environment: Record<string, string | undefined>,
  options: { file?: string; context?: string } = {},
): Promise<ClusterAccess> {
  const file = options.file ?? environment.KUBECONFIG?.split(':')[0];
  if (file) return kubeConfigFileAccess(file, options.context);
  const host = environment.KUBERNETES_SERVICE_HOST;
  const port = environment.KUBERNETES_SERVICE_PORT;
  if (host && port) return inClusterAccess({ host, port });
  const home = join(homedir(), '.kube', 'config');
  if (existsSync(home)) return kubeConfigFileAccess(home, options.context);
  throw new KubeConfigError(
    'No Kubernetes cluster is configured: neither --kubeconfig nor KUBECONFIG names a file, this is no pod, and ~/.kube/config is missing. Name one of them.',
  );
}
