import type { PlannedCheckout } from '@greenroom/context-tools';
import type { Agent } from '@greenroom/kinds';
import type { EntryCheck } from '../../checks/EntryCheck';
import type { RepositoryStates } from '../../ingest/SidecarLink';
import type { ConditionClaim } from '../../status/claimConditions';

type GitSyncStatus = NonNullable<
  NonNullable<Agent['status']>['gitSync']
>[number];

/** Everything that decides how an agent's repositories stand. */
export interface GitSyncSnapshot {
  /** The checkouts of the agent's plan. */
  readonly checkouts: readonly PlannedCheckout[];
  /** What the pod's own git-sync last said, for HotReload. */
  readonly reported: RepositoryStates;
  /** What the repositories themselves last said, for Rollout; by name of the context. */
  readonly observed: ReadonlyMap<
    string,
    { readonly result: EntryCheck; readonly at: string }
  >;
  readonly before: readonly GitSyncStatus[];
  readonly activeTasks: number;
}

/** How an agent's repositories stand, and what its pod is to be made from. */
export interface GitSyncDecision {
  readonly gitSync: readonly GitSyncStatus[];
  /** Commits that are inputs of the pod, by name of the context: another one starts a new pod. */
  readonly commits: Readonly<Record<string, string>>;
  readonly claim: ConditionClaim;
}

/**
 * Judges the repositories that an agent follows. HotReload happens in the pod and is only told; Rollout waits until no task is
 * active. The first commit seen is the one the pod was made with, and rolls nothing.
 */
export function decideGitSync(snapshot: GitSyncSnapshot): GitSyncDecision {
  const followed = snapshot.checkouts.filter(({ sync }) => sync !== undefined);
  const gitSync = followed.map(checkout =>
    checkout.sync?.policy === 'Rollout'
      ? rollout(checkout, snapshot)
      : hotReload(checkout, snapshot),
  );
  const rolled = followed
    .filter(({ sync }) => sync?.policy === 'Rollout')
    .map(({ context }) => context);
  return {
    gitSync,
    commits: Object.fromEntries(
      gitSync.flatMap(({ name, commit }) =>
        rolled.includes(name) && commit ? [[name, commit]] : [],
      ),
    ),
    claim: pending(gitSync),
  };
}

function rollout(
  { context }: PlannedCheckout,
  { observed, before, activeTasks }: GitSyncSnapshot,
): GitSyncStatus {
  const known = before.find(({ name }) => name === context);
  const seen = observed.get(context);
  if (!seen) return known ?? { name: context, phase: 'Pending' };
  if (!seen.result.ok) {
    return {
      name: context,
      phase: 'Failed',
      ...(known?.commit ? { commit: known.commit } : {}),
      ...(known?.lastSyncTime ? { lastSyncTime: known.lastSyncTime } : {}),
      message: seen.result.message.slice(0, 1024),
    };
  }
  const newest = seen.result.digest;
  if (
    !newest ||
    known?.commit === newest ||
    (known?.commit && activeTasks > 0)
  ) {
    const waits = newest !== undefined && known?.commit !== newest;
    return {
      name: context,
      phase: waits ? 'Waiting' : 'Synced',
      ...(known?.commit ? { commit: known.commit } : {}),
      ...(newest ? { observedCommit: newest } : {}),
      ...(known?.lastSyncTime ? { lastSyncTime: known.lastSyncTime } : {}),
      ...(waits
        ? {
            message: `A new pod is started as soon as no task is active; ${activeTasks} at the moment.`,
          }
        : {}),
    };
  }
  return {
    name: context,
    phase: 'Synced',
    commit: newest,
    observedCommit: newest,
    lastSyncTime: seen.at,
  };
}

function hotReload(
  { context }: PlannedCheckout,
  { reported, before }: GitSyncSnapshot,
): GitSyncStatus {
  const report = reported.find(({ name }) => name === context);
  if (!report)
    return (
      before.find(({ name }) => name === context) ?? {
        name: context,
        phase: 'Pending',
      }
    );
  return {
    name: context,
    phase: report.phase,
    ...(report.commit ? { commit: report.commit } : {}),
    ...(report.observed_commit
      ? { observedCommit: report.observed_commit }
      : {}),
    ...(report.last_sync_time ? { lastSyncTime: report.last_sync_time } : {}),
    ...(report.message ? { message: report.message } : {}),
  };
}

function pending(gitSync: readonly GitSyncStatus[]): ConditionClaim {
  const type = 'GitSyncPending';
  if (gitSync.length === 0)
    return {
      type,
      status: 'False',
      reason: 'NotConfigured',
      message: 'No context follows its repository.',
    };
  const failed = gitSync.find(({ phase }) => phase === 'Failed');
  if (failed)
    return {
      type,
      status: 'True',
      reason: 'SyncFailed',
      message: `Context "${failed.name}": ${
        failed.message ?? 'its repository could not be asked.'
      }`,
    };
  const waiting = gitSync.find(({ phase }) => phase === 'Waiting');
  if (waiting)
    return {
      type,
      status: 'True',
      reason: 'WaitingForTasks',
      message: `Context "${waiting.name}": ${
        waiting.message ?? 'it waits for tasks to end.'
      }`,
    };
  return {
    type,
    status: 'False',
    reason: 'Synced',
    message: 'The agent sees the newest commits.',
  };
}
