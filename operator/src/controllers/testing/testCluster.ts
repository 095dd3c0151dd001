import { kubeConfigFileAccess, type ClusterAccess } from '@greenroom/controller-runtime';

/** A cluster to test against, with the definitions of all kinds. */
export interface TestCluster {
  readonly access: ClusterAccess;
  stop(): Promise<void>;
}

/** The cluster that `KUBECONFIG` names. */
export async function testCluster(): Promise<TestCluster> {
  return { access: await kubeConfigFileAccess(process.env.KUBECONFIG ?? ''), stop: async () => {} };
}
