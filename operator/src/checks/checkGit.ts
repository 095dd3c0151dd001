import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { entryTimeoutMs, unavailable, type EntryCheck } from './EntryCheck';

/** Asks a repository which commit a ref stands at, without cloning it. */
export async function checkGit(request: {
  repository: string;
  ref: string;
  secret?: Record<string, string>;
}): Promise<EntryCheck> {
  const { repository, ref, secret = {} } = request;
  const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-git-'));
  try {
    const listing = await listRemote(
      repository,
      ref,
      await environment(folder, repository, secret),
    );
    const commit = commitOf(listing, ref);
    if (commit) return { ok: true, version: ref, digest: commit };
    // A commit is no ref: the server lists it only when a branch or tag stands there.
    if (/^[0-9a-f]{40}$/.test(ref))
      return { ok: true, version: ref, digest: ref };
    return unavailable(
      `Repository "${repository}" has no branch or tag "${ref}". Correct ref.`,
    );
  } catch (error) {
    return unavailable(
      `Repository "${repository}" cannot be read: ${lastLine(
        (error as Error).message,
      )}.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function listRemote(
  repository: string,
  ref: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      ['ls-remote', '--', repository, ref, `refs/tags/${ref}^{}`],
      { env, timeout: entryTimeoutMs, maxBuffer: 1_048_576 },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if (error.killed)
          reject(new Error(`no answer within ${entryTimeoutMs / 1000} s`));
        else reject(new Error(stderr || error.message));
      },
    );
  });
}

/** No prompt, no configuration but this, the transports that kinds allow, and credentials out of sight of other processes. */
async function environment(
  folder: string,
  repository: string,
  secret: Record<string, string>,
): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
  };
  const password = secret.token ?? secret.password;
  if (repository.startsWith('https:') && password !== undefined) {
    env.GIT_CONFIG_COUNT = '1';
    env.GIT_CONFIG_KEY_0 = `credential.${new URL(repository).origin}.helper`;
    env.GIT_CONFIG_VALUE_0 =
      '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$GREENROOM_GIT_USERNAME" "$GREENROOM_GIT_PASSWORD"; }; f';
    env.GREENROOM_GIT_USERNAME =
      secret.username ??
      (secret.token === undefined ? 'git' : 'x-access-token');
    env.GREENROOM_GIT_PASSWORD = password;
  }
  const key = secret['ssh-privatekey'];
  if (key !== undefined) {
    const keyFile = path.join(folder, 'key');
    const hostsFile = path.join(folder, 'known_hosts');
    await writeFile(keyFile, key.endsWith('\n') ? key : `${key}\n`, {
      mode: 0o600,
    });
    await writeFile(
      hostsFile,
      secret['ssh-known-hosts'] ?? secret.known_hosts ?? '',
    );
    env.GIT_SSH_COMMAND = `ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=20 -o UserKnownHostsFile=${hostsFile} -o IdentitiesOnly=yes -i ${keyFile}`;
  }
  return env;
}

/** The commit of a ref in a listing; of an annotated tag the commit it names, not the tag's own object. */
export function commitOf(listing: string, ref: string): string | undefined {
  const lines = listing.split('\n').map(line => line.split('\t'));
  const named = (name: string) => lines.find(([, each]) => each === name)?.[0];
  return (
    named(`refs/tags/${ref}^{}`) ??
    named(ref) ??
    named(`refs/heads/${ref}`) ??
    named(`refs/tags/${ref}`)
  );
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^fatal: /, '')
      .replace(/\.$/, '') ?? text
  );
}
