import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../CliError';
import { GreenroomHome } from '../home/GreenroomHome';
import { isAlive } from '../home/ownProcess';
import { readRunState, removeRunState } from '../home/RunState';
import { Output } from '../output/Output';

/** A little more than `up` itself gives the cluster to stop. */
const STOP_TIMEOUT_MS = 45_000;

/** Stops what `up` started. Nothing running is no error: the wish is fulfilled. */
export async function down(home: GreenroomHome, output: Output): Promise<void> {
  const state = readRunState(home);
  if (!state) {
    output.print('Greenroom is not running.');
    return;
  }
  const { pid, pidStartTicks, kubeconfig } = state;
  if (pid === undefined) {
    removeRunState(home);
    output.print(
      `Greenroom runs in the cluster of ${kubeconfig} and stays there. Remove it with: kubectl --kubeconfig ${kubeconfig} delete -f deploy/operator -f crds`,
    );
    return;
  }
  if (!isAlive(pid, pidStartTicks)) {
    removeRunState(home);
    output.print(
      'Greenroom was not running any more; what it left behind is tidied up at the next start.',
    );
    return;
  }
  await output.step('Stopping', async () => {
    process.kill(pid, 'SIGTERM');
    const end = Date.now() + STOP_TIMEOUT_MS;
    while (isAlive(pid, pidStartTicks)) {
      if (Date.now() > end) {
        throw new CliError(
          `Process ${pid} did not stop within ${
            STOP_TIMEOUT_MS / 1000
          } s. Look at ${home.logs}, or end it with: kill -9 ${pid}`,
        );
      }
      await sleep(50);
    }
  });
  output.print('Stopped. Objects and workspaces are kept for the next start.');
}
