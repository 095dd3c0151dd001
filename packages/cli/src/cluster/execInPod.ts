import { PassThrough, Readable } from 'node:stream';
import { Deployment, KubeClient, Pod } from '@greenroom/controller-runtime';
import { CliError } from '../CliError';

const OPERATOR = { namespace: 'greenroom-system', name: 'greenroom-operator' };

/** A command that runs in a container: its output, and how it ended. */
export interface PodCommand {
  stdout: Readable;
  /** Settles with what was written to standard error once the command succeeded; rejects when it did not. */
  done: Promise<void>;
  stop(): void;
}

/**
 * Runs a command in the operator's pod, as `kubectl exec` does: who may do that is Kubernetes' own decision.
 *
 * @throws {@link CliError} when no operator runs, or the person may not.
 */
export async function execInOperator(
  client: KubeClient,
  kubeconfig: string | undefined,
  command: string[],
): Promise<PodCommand> {
  const pod = await findOperatorPod(client);
  const { Exec, KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (kubeconfig) config.loadFromFile(kubeconfig);
  else config.loadFromDefault();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let complaint = '';
  stderr.on('data', chunk => {
    complaint = (complaint + chunk).slice(-4000);
  });
  let stop = () => {};
  const done = new Promise<void>((resolve, reject) => {
    new Exec(config)
      .exec(
        OPERATOR.namespace,
        pod,
        'operator',
        command,
        stdout,
        stderr,
        null,
        false,
        result => {
          stdout.end();
          if (result.status === 'Success') resolve();
          else reject(new CliError(complaint.trim() || result.message!));
        },
      )
      .then(socket => {
        stop = () => socket.close();
        socket.on('close', () => {
          stdout.end();
          // After a status this changes nothing; without one, the operator or the way to it is gone.
          reject(
            new CliError(
              'the connection to the operator ended before its answer did',
            ),
          );
        });
      })
      .catch(error => {
        const refusal = new CliError(
          `The operator's pod ${pod} could not be entered: ${
            error.message ?? error
          }. Reading the journal needs the right to create pods/exec in ${
            OPERATOR.namespace
          }.`,
        );
        // Nothing will come to read. A command that ran and failed is different: what it said is still to be read.
        stdout.destroy(refusal);
        reject(refusal);
      });
  });
  // It may fail before its output is read to the end; whoever reads that awaits this next.
  done.catch(() => undefined);
  return { stdout, done, stop: () => stop() };
}

async function findOperatorPod(client: KubeClient): Promise<string> {
  const deployment = await client.find(Deployment, OPERATOR);
  const labels = deployment?.spec?.selector?.matchLabels;
  const pods = labels
    ? await client.list(Pod, {
        namespace: OPERATOR.namespace,
        labelSelector: Object.entries(labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      })
    : undefined;
  const running = pods?.items.find(
    pod => pod.status?.phase === 'Running' && !pod.metadata.deletionTimestamp,
  );
  if (!running) {
    throw new CliError(
      `No operator runs in ${OPERATOR.namespace}. See: kubectl -n ${OPERATOR.namespace} get pods`,
    );
  }
  return running.metadata.name!;
}
