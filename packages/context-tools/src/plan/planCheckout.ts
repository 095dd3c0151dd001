import { durationPattern, parseDuration } from '@greenroom/kinds';
import type { PlannedCheckout, PlannedPath } from './ContextPlan';
import type { GitSource } from './ResolvedContextItem';

/** A checkout, or the sentence that refuses it. */
export type PlannedCheckoutOutcome =
  | { checkout: PlannedCheckout }
  | { refused: string };

/** Often enough for people, seldom enough for a Git server with a hundred agents. */
const DEFAULT_SYNC_INTERVAL_MS = 300_000;
/** Keeps a typing mistake such as `1s` from becoming a load test of somebody's Git server. */
const SHORTEST_SYNC_INTERVAL_MS = 5_000;

const SCP_ADDRESS = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:(?!\/\/)[^\s]+$/;
const URL_ADDRESS = /^(https|ssh|file):\/\/[^\s]+$/;

/** Why a repository's address is refused; nothing when it is a good one. */
export function refuseRepository(repository: string): string | undefined {
  if (SCP_ADDRESS.test(repository)) return undefined;
  if (!URL_ADDRESS.test(repository) || !URL.canParse(repository)) {
    return 'use https://host/path, ssh://user@host/path, git@host:path, or file:///path where local repositories are allowed';
  }
  if (new URL(repository).password)
    return 'it holds a password; put it into a Secret and name it in secretRef';
  return undefined;
}

/** Checks a Git source and turns it into a checkout at a place. */
export function planCheckout(
  context: string,
  git: GitSource,
  place: PlannedPath,
): PlannedCheckoutOutcome {
  const because = refuseRepository(git.repository);
  if (because) {
    return {
      refused: `Context "${context}" cannot clone "${withoutPassword(
        git.repository,
      )}": ${because}.`,
    };
  }
  const ref = git.ref || 'HEAD';
  if (!/^[^-\s~^:?*[\\][^\s~^:?*[\\]*$/.test(ref) || ref.includes('..')) {
    return {
      refused: `Context "${context}" has the ref "${ref}". Use the name of a branch or tag, or a commit.`,
    };
  }
  const subPath = (git.path ?? '')
    .split('/')
    .filter(part => part !== '' && part !== '.');
  if (subPath.includes('..')) {
    return {
      refused: `Context "${context}" has the path "${git.path}" inside its repository: ".." is not allowed.`,
    };
  }
  const depth = git.depth ?? 1;
  if (!Number.isInteger(depth) || depth < 0) {
    return {
      refused: `Context "${context}" has the depth ${depth}. Use 0 for the whole history, or a number of commits.`,
    };
  }
  const checkout: PlannedCheckout = {
    context,
    ...place,
    repository: git.repository,
    ref,
    depth,
    subPath: subPath.join('/'),
    recurseSubmodules: git.recurseSubmodules ?? false,
  };
  if (git.secretRef) checkout.secret = git.secretRef.name;
  if (git.sync?.enabled) {
    if (git.sync.interval && !durationPattern.test(git.sync.interval)) {
      return {
        refused: `Context "${context}" has the sync interval "${git.sync.interval}". Use a duration such as 5m.`,
      };
    }
    checkout.sync = {
      policy: git.sync.policy ?? 'HotReload',
      intervalMs: Math.max(
        git.sync.interval
          ? parseDuration(git.sync.interval)
          : DEFAULT_SYNC_INTERVAL_MS,
        SHORTEST_SYNC_INTERVAL_MS,
      ),
    };
  }
  return { checkout };
}

function withoutPassword(repository: string): string {
  return repository.replace(/\/\/([^/@]*):[^/@]*@/, '//$1:…@');
}
