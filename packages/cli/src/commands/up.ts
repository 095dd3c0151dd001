import { mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { KubeClient, loadClusterAccess } from '@greenroom/controller-runtime';
import { CliError } from '../CliError';
import { readManifests } from '../cluster/manifests';
import { GreenroomHome } from '../home/GreenroomHome';
import {
  readRunning,
  removeRunState,
  RunState,
  writeRunState,
} from '../home/RunState';
import { Devcluster } from '../laptop/Devcluster';
import { detach } from '../laptop/detach';
import {
  applyResources,
  installKinds,
  installOperator,
} from '../laptop/installGreenroom';
import { writeLocalImages } from '../laptop/localImages';
import { Output } from '../output/Output';
import { UpOptions } from './UpOptions';

/** Below this the first pods fail for lack of space, with far worse messages. */
const NEEDED_BYTES = 200e6;
const START_TIMEOUT_MS = 30_000;
/** Longer than a pod's default grace period of 30 s. */
const STOP_TIMEOUT_MS = 40_000;

/** Of the examples, what waits to be used; a Task or a Message would be used at once. */
const EXAMPLE_KINDS = ['Agent', 'ConfigMap', 'Policy', 'Tool'];

/** Starts everything and stays until it is told to stop, unless detached or on a cluster of one's own. */
export async function up(
  home: GreenroomHome,
  options: UpOptions,
  output: Output,
): Promise<void> {
  const running = readRunning(home);
  if (running && !options.reset) {
    output.print(readyLine(running, 'is already running'));
    return;
  }
  if (running) {
    throw new CliError(
      'Greenroom is running, and its state cannot be removed under it. Stop it first with: greenroom down',
    );
  }
  prepareHome(home, options);
  if (options.kubeconfig) {
    await upOnCluster(home, options.kubeconfig, output);
  } else if (options.detach) {
    output.print(readyLine(await detach(home, options), 'is ready'));
  } else {
    await upOnLaptop(home, options, output);
  }
}

function prepareHome(home: GreenroomHome, { reset }: UpOptions) {
  try {
    if (reset) rmSync(home.clusterState, { recursive: true, force: true });
    removeRunState(home);
    mkdirSync(home.logs, { recursive: true });
  } catch (error) {
    throw new CliError(
      `${home.folder} cannot be written: ${
        (error as Error).message
      }. Name another folder in GREENROOM_HOME.`,
    );
  }
  const { bavail, bsize } = statfsSync(home.folder);
  if (bavail * bsize < NEEDED_BYTES) {
    throw new CliError(
      `Only ${Math.round(
        (bavail * bsize) / 1e6,
      )} MB are free where Greenroom keeps its state (${
        home.folder
      }), and it needs at least ${
        NEEDED_BYTES / 1e6
      } MB. Free some space, or name another folder in GREENROOM_HOME.`,
    );
  }
}

async function upOnLaptop(
  home: GreenroomHome,
  options: UpOptions,
  output: Output,
) {
  const startedAt = new Date();
  // Asked for before anything starts, so that a Ctrl-C at any moment stops what is there by then.
  const stopAsked = new Promise<undefined>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve(undefined));
    }
  });
  writeLocalImages(home);
  const cluster = await output.step('Starting the local cluster', () =>
    Devcluster.start(home, {
      port: options.port,
      startTimeoutMs: START_TIMEOUT_MS,
    }),
  );
  try {
    const ready = bringUp(home, home.kubeconfig, output).then(() => 'ready');
    const first = await Promise.race([ready, stopAsked, cluster.ended]);
    if (first === 'ready') {
      const state: RunState = {
        pid: process.pid,
        kubeconfig: home.kubeconfig,
        apiServer: cluster.apiServer,
        startedAt: startedAt.toISOString(),
        readyAt: new Date().toISOString(),
      };
      writeRunState(home, state);
      output.print(readyLine(state, 'is ready'));
    }
    const end =
      first === 'ready'
        ? await Promise.race([stopAsked, cluster.ended])
        : first;
    if (end !== undefined) {
      const log = await endLeftovers(home, output);
      throw new CliError(
        `The local cluster ended by itself (${end}). Its log is ${log}; start again with: greenroom up`,
      );
    }
  } finally {
    removeRunState(home);
    await output.step('Stopping', () => cluster.stop(STOP_TIMEOUT_MS));
  }
}

/**
 * A cluster that died could not end its pods; starting it once more does, because its kubelet begins with that.
 *
 * @returns where the log of the one that died is kept
 */
async function endLeftovers(
  home: GreenroomHome,
  output: Output,
): Promise<string> {
  const kept = path.join(home.logs, 'devcluster.ended.log');
  renameSync(path.join(home.logs, 'devcluster.log'), kept);
  try {
    await output.step('Ending what it left', async () => {
      const cluster = await Devcluster.start(home, {
        startTimeoutMs: START_TIMEOUT_MS,
      });
      await cluster.stop(STOP_TIMEOUT_MS);
    });
  } catch (error) {
    output.note(
      `Pods of the cluster may still run; the next start ends them. ${
        (error as Error).message
      }`,
    );
  }
  return kept;
}

async function upOnCluster(
  home: GreenroomHome,
  kubeconfig: string,
  output: Output,
) {
  const startedAt = new Date();
  await bringUp(home, kubeconfig, output);
  const { server } = await loadClusterAccess({}, { file: kubeconfig });
  const state: RunState = {
    kubeconfig: path.resolve(kubeconfig),
    apiServer: server,
    startedAt: startedAt.toISOString(),
    readyAt: new Date().toISOString(),
  };
  writeRunState(home, state);
  output.print(readyLine(state, 'is ready'));
}

async function bringUp(
  home: GreenroomHome,
  kubeconfig: string,
  output: Output,
) {
  const client = new KubeClient(
    await loadClusterAccess({}, { file: kubeconfig }),
    { fieldManager: 'greenroom-cli' },
  );
  try {
    await output.step('Installing the kinds', () =>
      installKinds(client, home.root),
    );
    await output.step('Starting the operator', () =>
      installOperator(client, home.root),
    );
    await output.step('Adding the example agents', () =>
      applyResources(client, [
        ...readManifests(path.join(home.root, 'deploy', 'laptop')),
        ...readManifests(path.join(home.root, 'examples'), '*/*.yaml').filter(
          ({ kind }) => EXAMPLE_KINDS.includes(kind),
        ),
      ]),
    );
  } finally {
    client.close();
  }
}

function readyLine(state: RunState, what: string) {
  const seconds =
    (Date.parse(state.readyAt) - Date.parse(state.startedAt)) / 1000;
  const stop = state.pid === undefined ? '' : ' Stop it with: greenroom down';
  return `Greenroom ${what} (${seconds.toFixed(1)} s) at ${
    state.portalUrl ?? state.apiServer
  }. For kubectl: export KUBECONFIG=${state.kubeconfig}${stop}`;
}
