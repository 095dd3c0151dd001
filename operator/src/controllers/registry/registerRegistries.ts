import {
  done,
  resourceType,
  type ObjectKey,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { parseDuration, Registry } from '@greenroom/kinds';
import { checkGit } from '../../checks/checkGit';
import { checkImage, loginFrom } from '../../checks/checkImage';
import { checkNpm } from '../../checks/checkNpm';
import {
  entryTimeoutMs,
  unavailable,
  type EntryCheck,
} from '../../checks/EntryCheck';
import { PeriodicChecks } from '../../checks/PeriodicChecks';
import { probeMcp } from '../../checks/probeMcp';
import { digestOf } from '../../objects/digestOf';
import {
  claimConditions,
  toKubernetesTime,
  type ConditionClaim,
} from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';
import { entriesOf, type RegistryEntry } from './entriesOf';

type EntryStatus = NonNullable<
  NonNullable<Registry['status']>['entries']
>[number];

const shortestIntervalMs = 60_000;
/** A burst of results is written down once. */
const gatherMs = 500;

/** Adds the controller of Registries. */
export function registerRegistries(services: ControllerServices): void {
  const { manager } = services;
  const checks = new PeriodicChecks<EntryCheck>({
    onResult: key =>
      // eslint-disable-next-line @typescript-eslint/no-use-before-define -- called only when the controller is there
      controller.queue.addAfter(key.split('/').slice(0, 2).join('/'), gatherMs),
    onError: error => unavailable((error as Error).message),
  });
  const controller = manager
    .controller({
      name: 'registry',
      workers: 1,
      reconciler: {
        reconcile: key => reconcileRegistry(services, checks, key),
      },
    })
    .for(resourceType<Registry>(Registry), { predicate: isSpecChange });
  manager.add({
    name: 'registry checks',
    start: () => {},
    stop: () => checks.stop(),
  });
}

async function reconcileRegistry(
  services: ControllerServices,
  checks: PeriodicChecks<EntryCheck>,
  { namespace = '', name }: ObjectKey,
): Promise<ReconcileResult> {
  const { view, statuses, now } = services;
  const registry = view.registries.get({ namespace, name });
  const key = `${namespace}/${name}`;
  if (!registry || registry.metadata.deletionTimestamp) {
    checks.forget(key);
    return done;
  }
  const intervalMs = Math.max(
    shortestIntervalMs,
    parseDuration(registry.spec.checkInterval),
  );
  const entries = entriesOf(registry).map(entry => {
    const checked = checks.want(`${key}/${entry.kind}/${entry.name}`, {
      digest: digestOf([entry.how, entry.secretName]),
      intervalMs,
      run: () => checkEntry(services, namespace, entry),
    });
    const before = registry.status?.entries?.find(
      each => each.kind === entry.kind && each.name === entry.name,
    );
    return entryStatus(entry, checked?.result, checked?.at, before);
  });
  const available = entries.filter(({ phase }) => phase === 'Available').length;
  const pending = entries.filter(({ phase }) => phase === 'Pending').length;
  const { status, metadata } = registry;
  const allChecked = pending === 0 && entries.length > 0;
  await statuses.write(Registry, registry, {
    observedGeneration: metadata.generation,
    entries,
    summary: {
      total: entries.length,
      available,
      pending,
      unavailable: entries.length - available - pending,
    },
    // When anything was found anew: a look that finds what was known writes nothing.
    ...(allChecked
      ? {
          lastChecked:
            entries
              .map(each => each.lastChecked ?? '')
              .sort()
              .at(-1) ?? toKubernetesTime(now()),
        }
      : {}),
    conditions: claimConditions(
      status?.conditions,
      [readyClaim(entries)],
      metadata.generation,
      now(),
    ),
  });
  return done;
}

async function checkEntry(
  { view, secrets }: ControllerServices,
  namespace: string,
  entry: RegistryEntry,
): Promise<EntryCheck> {
  const secret = entry.secretName
    ? await secrets.values(namespace, entry.secretName)
    : undefined;
  if (entry.secretName && !secret) {
    return unavailable(
      `Secret "${entry.secretName}" does not exist in namespace "${namespace}", or the operator may not read it. Create it, or correct secretRef.`,
    );
  }
  const { how } = entry;
  switch (how.check) {
    case 'image':
      return await checkImage(
        how.image,
        loginFrom(secret?.['.dockerconfigjson'], how.image),
      );
    case 'git':
      if (
        how.repository.startsWith('file:') &&
        !view.config?.spec.allowLocalRepositories
      ) {
        return unavailable(
          `"${how.repository}" is a local repository, which this cluster does not allow. Use https or ssh.`,
        );
      }
      return await checkGit({
        repository: how.repository,
        ref: how.ref,
        ...(secret ? { secret } : {}),
      });
    case 'npm':
      return await checkNpm({
        name: how.package,
        ...(how.version ? { version: how.version } : {}),
        ...(how.registryURL ? { registryURL: how.registryURL } : {}),
        ...(secret?.token ? { token: secret.token } : {}),
      });
    case 'mcp': {
      const headers: Record<string, string> = secret?.token
        ? { authorization: `Bearer ${secret.token}` }
        : {};
      const probe = await probeMcp({
        url: how.url,
        transport: 'streamable-http',
        headers,
        timeoutMs: entryTimeoutMs,
      });
      return probe.ok
        ? {
            ok: true,
            ...(probe.server.version ? { version: probe.server.version } : {}),
          }
        : unavailable(probe.message);
    }
    case 'template':
      return view.templates.get({ namespace, name: how.template })
        ? { ok: true }
        : unavailable(
            `AgentTemplate "${how.template}" does not exist in namespace "${namespace}". Create it, or correct templateRef.`,
          );
    default:
      return { ok: false, phase: 'Invalid', message: how.why };
  }
}

/** The state of one entry; the time of the look changes only with what was seen. */
function entryStatus(
  { kind, name }: RegistryEntry,
  result: EntryCheck | undefined,
  at: number | undefined,
  before: EntryStatus | undefined,
): EntryStatus {
  if (!result || at === undefined)
    return before ?? { kind, name, phase: 'Pending' };
  const seen: EntryStatus = result.ok
    ? {
        kind,
        name,
        phase: 'Available',
        ...(result.version
          ? { resolvedVersion: result.version.slice(0, 256) }
          : {}),
        ...(result.digest ? { digest: result.digest } : {}),
      }
    : {
        kind,
        name,
        phase: result.phase,
        message: result.message.slice(0, 1024),
      };
  const isSame =
    before?.phase === seen.phase &&
    before.digest === seen.digest &&
    before.resolvedVersion === seen.resolvedVersion &&
    before.message === seen.message;
  return {
    ...seen,
    lastChecked:
      isSame && before.lastChecked
        ? before.lastChecked
        : toKubernetesTime(new Date(at)),
  };
}

function readyClaim(entries: readonly EntryStatus[]): ConditionClaim {
  const bad = entries.filter(
    ({ phase }) => phase === 'Unavailable' || phase === 'Invalid',
  );
  if (entries.length === 0)
    return {
      type: 'Ready',
      status: 'True',
      reason: 'Empty',
      message: 'The registry has no entries.',
    };
  if (bad.length > 0) {
    const message = `${bad.length} of ${
      entries.length
    } entries cannot be had: ${bad
      .slice(0, 5)
      .map(({ name, message: why }) => `${name}: ${why}`)
      .join(' ')}`;
    return {
      type: 'Ready',
      status: 'False',
      reason: 'SomeUnavailable',
      message,
    };
  }
  return entries.some(({ phase }) => phase === 'Pending')
    ? {
        type: 'Ready',
        status: 'False',
        reason: 'Checking',
        message: 'Entries are being checked for the first time.',
      }
    : {
        type: 'Ready',
        status: 'True',
        reason: 'AllAvailable',
        message: 'All entries were found where they should be.',
      };
}
