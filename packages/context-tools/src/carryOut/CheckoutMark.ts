import { readFile } from 'node:fs/promises';
import { resolveInside } from '../files/resolveInside';
import { writeFileAtomically } from '../files/writeFileAtomically';
import type { PlannedCheckout } from '../plan/ContextPlan';
import type { SyncStatus } from '../git/SyncedCheckout';

/** What a workspace knows of one checkout, also after the pod was replaced. The agent can write it: a hint, never proof. */
export interface CheckoutMark extends SyncStatus {
  context: string;
  repository: string;
  ref: string;
  /** RFC 3339, when this was last found out. */
  at: string;
}

function markPath(checkout: PlannedCheckout): string {
  return `.greenroom/git/${checkout.context.replaceAll(
    /[^A-Za-z0-9._-]/g,
    '_',
  )}.json`;
}

/** The mark of a checkout, when it is of the same repository. */
export async function readCheckoutMark(
  workspaceDir: string,
  checkout: PlannedCheckout,
): Promise<CheckoutMark | undefined> {
  try {
    const mark = JSON.parse(
      await readFile(
        await resolveInside(workspaceDir, markPath(checkout)),
        'utf8',
      ),
    );
    const isOurs =
      mark.repository === checkout.repository &&
      /^[0-9a-f]{40,64}$/.test(mark.commit);
    return isOurs ? mark : undefined;
  } catch {
    return undefined;
  }
}

/** Leaves the mark `.greenroom/git/<context>.json`. */
export async function writeCheckoutMark(
  workspaceDir: string,
  checkout: PlannedCheckout,
  status: SyncStatus,
): Promise<CheckoutMark> {
  const { context, repository, ref } = checkout;
  const mark: CheckoutMark = {
    context,
    repository,
    ref,
    ...status,
    at: new Date().toISOString(),
  };
  await writeFileAtomically(
    await resolveInside(workspaceDir, markPath(checkout)),
    `${JSON.stringify(mark, undefined, 2)}\n`,
    0o644,
  );
  return mark;
}
