import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readCheckoutMark, writeCheckoutMark } from '../carryOut/CheckoutMark';
import { checkOutContext } from '../carryOut/checkOutContext';
import { locatePath } from '../carryOut/locatePath';
import { writeContexts } from '../carryOut/writeContexts';
import { SyncedCheckout, type SyncStatus } from '../git/SyncedCheckout';
import type { ContextPlan, PlannedCheckout } from '../plan/ContextPlan';
import { reportSync } from './reportSync';
import type { ProgramSettings } from './readSettings';

/** Says one thing that happened, on one line of standard output. */
export type Say = (fact: Record<string, unknown> & { message: string }) => void;

/** `context-init`: files, folders, URLs and `context.md`. */
export async function initContexts(
  plan: ContextPlan,
  settings: ProgramSettings,
  say: Say,
): Promise<void> {
  await mkdir(settings.workspaceDir, { recursive: true });
  if (settings.outsideDir)
    await mkdir(settings.outsideDir, { recursive: true });
  await writeContexts(plan, settings);
  say({
    message: 'contexts written',
    files: plan.files.length,
    fetches: plan.fetches.length,
  });
}

/** `git-init <index>`: one checkout, or on a workspace that has it already, what changed since. */
export async function initCheckout(
  plan: ContextPlan,
  checkout: PlannedCheckout,
  settings: ProgramSettings,
  say: Say,
): Promise<void> {
  await mkdir(settings.workspaceDir, { recursive: true });
  if (settings.outsideDir)
    await mkdir(settings.outsideDir, { recursive: true });
  await mkdir(settings.scratchDir, { recursive: true });
  const mark = await readCheckoutMark(settings.workspaceDir, checkout);
  if (!mark?.commit) {
    const commit = await checkOutContext(plan, checkout, settings);
    await writeCheckoutMark(settings.workspaceDir, checkout, {
      phase: 'Synced',
      commit,
    });
    say({ message: 'repository cloned', context: checkout.context, commit });
    return;
  }
  const synced = await openSync(checkout, settings, mark.commit);
  const status = await synced.sync();
  await writeCheckoutMark(settings.workspaceDir, checkout, status);
  say({
    ...status,
    message: status.message ?? 'repository is up to date',
    context: checkout.context,
  });
}

async function openSync(
  checkout: PlannedCheckout,
  settings: ProgramSettings,
  commit: string,
): Promise<SyncedCheckout> {
  const scratch = join(
    settings.scratchDir,
    checkout.context.replaceAll('/', '_'),
  );
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  return new SyncedCheckout(
    checkout,
    await locatePath(checkout, settings),
    scratch,
    commit,
    settings,
  );
}

/** `git-sync <index>`: follows the repository until the signal says stop, and reports each change of state. */
export async function followCheckout(
  checkout: PlannedCheckout,
  settings: ProgramSettings,
  say: Say,
): Promise<void> {
  const { signal } = settings;
  const mark = await readCheckoutMark(settings.workspaceDir, checkout);
  if (!mark?.commit)
    throw new Error(
      `Context "${checkout.context}" has not been cloned yet. git-init does that first.`,
    );
  const synced = await openSync(checkout, settings, mark.commit);
  let last: SyncStatus | undefined;
  while (!signal?.aborted) {
    const status = await synced.sync();
    const isNews =
      !last ||
      last.phase !== status.phase ||
      last.commit !== status.commit ||
      last.message !== status.message;
    const current = await writeCheckoutMark(
      settings.workspaceDir,
      checkout,
      status,
    );
    if (isNews)
      say({
        ...status,
        message: status.message ?? 'repository is up to date',
        context: checkout.context,
      });
    await reportSync(current, settings.greenroomUrl).catch(error =>
      say({ message: (error as Error).message }),
    );
    last = status;
    await sleep(checkout.sync?.intervalMs ?? 300_000, signal);
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(wake, ms);
    function wake() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    }
    signal?.addEventListener('abort', wake, { once: true });
  });
}
