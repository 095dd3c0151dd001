import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedCheckout } from '../plan/ContextPlan';
import { cloneRepository } from './cloneRepository';
import { openRepository, type GitSurroundings } from './openRepository';
import { placeCheckout } from './placeCheckout';
import { GitError } from './GitCommand';

/** Pauses between tries, in milliseconds: a server that restarts is back within them. */
const RETRY_PAUSES_MS = [1_000, 4_000];

/** Failures that another try will not mend. */
const FINAL =
  /Secret|SSH needs|not one of the local|no branch|empty\.|default branch|Authentication failed|could not read Username|Permission denied|not found|Host key verification|program was not found/i;

/** Where a checkout goes on this machine. */
export interface CheckoutPlace {
  /** Absolute path, checked to be inside its root. */
  target: string;
  /** A folder only this process writes to, where the clone is made. */
  scratch: string;
}

async function checkOutOnce(
  checkout: PlannedCheckout,
  place: CheckoutPlace,
  surroundings: GitSurroundings,
): Promise<string> {
  const repository = await openRepository(checkout, surroundings);
  const clone = await mkdtemp(join(place.scratch, 'clone-'));
  try {
    const commit = await cloneRepository(repository.git, clone, {
      ...checkout,
      address: repository.address,
    });
    await placeCheckout(clone, checkout.subPath, place.target);
    return commit;
  } finally {
    await rm(clone, { recursive: true, force: true });
    await repository.close();
  }
}

/**
 * Clones a repository and puts it into place, trying three times where another try may help. The clone is made in a private
 * folder: nothing the agent can write to ever decides how git runs beside the credentials.
 *
 * @returns the full name of the commit
 * @throws {@link GitError} with a sentence that names the context and the repository
 */
export async function checkOut(
  checkout: PlannedCheckout,
  place: CheckoutPlace,
  surroundings: GitSurroundings,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await checkOutOnce(checkout, place, surroundings);
    } catch (error) {
      surroundings.signal?.throwIfAborted();
      const { message } = error as Error;
      if (attempt >= RETRY_PAUSES_MS.length || FINAL.test(message)) {
        throw new GitError(
          `Context "${checkout.context}" could not clone "${checkout.repository}": ${message}`,
        );
      }
      await pause(RETRY_PAUSES_MS[attempt], surroundings.signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });
}
