import { existsSync } from 'node:fs';
import { KubeClient, loadClusterAccess } from '@greenroom/controller-runtime';
import { CliError } from '../CliError';
import { GreenroomHome } from '../home/GreenroomHome';

/** Which cluster a command speaks to. */
export interface ClusterChoice {
  /** Named with `--kubeconfig`. */
  kubeconfig?: string;
  namespace?: string;
}

/** A client of the chosen cluster, and the namespace to work in. */
export interface Connection {
  client: KubeClient;
  namespace: string;
  /** The kubeconfig file, for what has to be shown to the person; absent in a pod. */
  kubeconfig?: string;
}

/**
 * Connects to the cluster of `--kubeconfig`, else of KUBECONFIG, else the laptop's own if there is one, else
 * kubectl's default.
 */
export async function connect(
  home: GreenroomHome,
  choice: ClusterChoice,
  environment: NodeJS.ProcessEnv,
): Promise<Connection> {
  const laptop = existsSync(home.kubeconfig) ? home.kubeconfig : undefined;
  // An empty KUBECONFIG is none, as for kubectl.
  const file = choice.kubeconfig ?? (environment.KUBECONFIG || laptop);
  try {
    const access = await loadClusterAccess(environment, { file });
    return {
      client: new KubeClient(access, { fieldManager: 'greenroom-cli' }),
      namespace: choice.namespace ?? access.namespace,
      kubeconfig: file,
    };
  } catch (error) {
    throw new CliError(
      `No cluster to talk to: ${
        (error as Error).message
      } Start one on this machine with: greenroom up`,
      1,
      { cause: error },
    );
  }
}
