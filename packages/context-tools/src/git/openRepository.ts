import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trustedAuthorities } from '../fetch/trustedAuthorities';
import type { PlannedCheckout } from '../plan/ContextPlan';
import { GitCommand, GitError } from './GitCommand';
import { gitEnvironment, type GitSecret } from './gitEnvironment';
import { locateRepository, type LocalRepository } from './localRepositories';

/** What a process that clones brings along. */
export interface GitSurroundings {
  /** The keys of a Secret by its name; undefined when it was not given. */
  secret(name: string): Promise<GitSecret | undefined>;
  localRepositories: readonly LocalRepository[];
  /** PEM file with the company's certificates. */
  caFile?: string;
  env: NodeJS.ProcessEnv;
  /** Longest time of one git command, in milliseconds. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** A way to run git against one repository, until `close` removes its key files. */
export interface OpenRepository {
  git: GitCommand;
  /** Real address. */
  address: string;
  close(): Promise<void>;
}

function needsHostKeys(address: string, isLocal: boolean): boolean {
  return !isLocal && !address.startsWith('https:');
}

/**
 * Prepares git for one checkout: its address, and its credentials in files only this process can read.
 *
 * @throws {@link GitError} when the repository may not be reached as asked
 */
export async function openRepository(
  checkout: PlannedCheckout,
  surroundings: GitSurroundings,
): Promise<OpenRepository> {
  const located = locateRepository(
    checkout.repository,
    surroundings.localRepositories,
  );
  if ('refused' in located) throw new GitError(located.refused);
  const { address, isLocal } = located;
  const secret = checkout.secret
    ? await surroundings.secret(checkout.secret)
    : undefined;
  if (checkout.secret && !secret) {
    throw new GitError(
      `Secret "${checkout.secret}" was not found. Create it, or correct git.secretRef.`,
    );
  }
  const key = secret?.['ssh-privatekey'];
  const knownHosts = secret?.['ssh-known-hosts'] ?? secret?.known_hosts;
  if (needsHostKeys(address, isLocal) && !knownHosts) {
    throw new GitError(
      'SSH needs to know the host’s key. Put the output of ssh-keyscan into the key "ssh-known-hosts" of the Secret in git.secretRef.',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'greenroom-git-'));
  const inFolder = async (name: string, content: string) => {
    const path = join(folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const authorities = await trustedAuthorities(surroundings.caFile);
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  const env = gitEnvironment({
    address,
    isLocal,
    ...(secret && { secret }),
    // ssh refuses a key without the newline at its end, which Secrets made by hand often lack.
    ...(key && { sshKeyFile: await inFolder('key', `${key.trimEnd()}\n`) }),
    ...(knownHosts && {
      knownHostsFile: await inFolder(
        'known_hosts',
        `${knownHosts.trimEnd()}\n`,
      ),
    }),
    ...(authorities && {
      caFile: await inFolder('ca.pem', authorities.join('\n')),
    }),
    parent: surroundings.env,
  });
  const git = new GitCommand({
    env: { ...env, HOME: home },
    timeoutMs: surroundings.timeoutMs,
    secrets: Object.values(secret ?? {}).flatMap(value => [
      value,
      value.trim(),
    ]),
    ...(surroundings.signal && { signal: surroundings.signal }),
  });
  return {
    git,
    address,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
