import type { PlannedCheckout } from '@greenroom/context-tools';
import { checkGit } from '../../checks/checkGit';
import { unavailable, type EntryCheck } from '../../checks/EntryCheck';
import { PeriodicChecks } from '../../checks/PeriodicChecks';
import { digestOf } from '../../objects/digestOf';
import { toKubernetesTime } from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import type { GitSyncSnapshot } from './decideGitSync';

/** Keeps a typing mistake from becoming a load test of somebody's Git server; the bound of the kinds. */
const shortestIntervalMs = 10_000;

/** Watches the repositories of contexts that are followed by rollout, off the reconcile path. */
export class AgentRepositories {
  private readonly checks: PeriodicChecks<EntryCheck>;

  /** @param wake - is given `<namespace>/<agent>` when a repository was asked */
  constructor(
    private readonly services: ControllerServices,
    wake: (agent: string) => void,
  ) {
    this.checks = new PeriodicChecks({
      onResult: key => wake(key.split('/').slice(0, 2).join('/')),
      onError: error => unavailable((error as Error).message),
    });
  }

  /** What is known of the newest commits. */
  observe(
    namespace: string,
    agent: string,
    checkouts: readonly PlannedCheckout[],
  ): GitSyncSnapshot['observed'] {
    const observed = new Map<string, { result: EntryCheck; at: string }>();
    for (const { context, repository, ref, secret, sync } of checkouts) {
      if (sync?.policy !== 'Rollout') continue;
      const checked = this.checks.want(`${namespace}/${agent}/${context}`, {
        digest: digestOf([repository, ref, secret]),
        intervalMs: Math.max(shortestIntervalMs, sync.intervalMs),
        run: async () => {
          const values = secret
            ? await this.services.secrets.values(namespace, secret)
            : undefined;
          return await checkGit({
            repository,
            ref,
            ...(values ? { secret: values } : {}),
          });
        },
      });
      if (checked)
        observed.set(context, {
          result: checked.result,
          at: toKubernetesTime(new Date(checked.at)),
        });
    }
    return observed;
  }

  forget(namespace: string, agent: string): void {
    this.checks.forget(`${namespace}/${agent}`);
  }

  stop(): void {
    this.checks.stop();
  }
}
