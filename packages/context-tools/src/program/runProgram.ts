import { writeFile } from 'node:fs/promises';
import {
  followCheckout,
  initCheckout,
  initContexts,
  type Say,
} from './commands';
import { readPlan, readSettings } from './readSettings';
import type { ContextPlan, PlannedCheckout } from '../plan/ContextPlan';

const USAGE =
  'Usage: greenroom-context-tools context-init | git-init [INDEX] | git-sync INDEX';
/** The kubelet keeps this much of a termination message. */
const LONGEST_TERMINATION_MESSAGE = 4_096;

function checkoutAt(
  plan: ContextPlan,
  index: string | undefined,
): PlannedCheckout {
  const checkout = plan.checkouts[Number(index)];
  if (index === undefined || !checkout) {
    throw new Error(
      `The plan has ${
        plan.checkouts.length
      } checkouts and none with the index "${index ?? ''}". ${USAGE}`,
    );
  }
  return checkout;
}

/**
 * The program: carries out one part of the plan.
 *
 * @returns the exit code: 0 done, 1 failed with the sentence on standard error and in the termination message
 */
export async function runProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  const say: Say = fact =>
    process.stdout.write(
      `${JSON.stringify({ time: new Date().toISOString(), ...fact })}\n`,
    );
  let terminationLog: string | undefined;
  try {
    const [command, index] = args;
    if (!['context-init', 'git-init', 'git-sync'].includes(command ?? ''))
      throw new Error(USAGE);
    const settings = { ...readSettings(env), signal };
    terminationLog = settings.terminationLog;
    const plan = await readPlan(settings.contextsFile);
    if (command === 'context-init') await initContexts(plan, settings, say);
    else if (command === 'git-sync')
      await followCheckout(checkoutAt(plan, index), settings, say);
    else {
      const checkouts =
        index === undefined ? plan.checkouts : [checkoutAt(plan, index)];
      for (const checkout of checkouts)
        await initCheckout(plan, checkout, settings, say);
    }
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    const { message } = error as Error;
    process.stderr.write(`${message}\n`);
    if (terminationLog) {
      await writeFile(
        terminationLog,
        message.slice(0, LONGEST_TERMINATION_MESSAGE),
      ).catch(() => undefined);
    }
    return 1;
  }
}
