/** What a Secret of a Git context holds; all keys optional. */
export type GitSecret = Record<string, string>;

/** What decides how git may reach a repository. */
export interface GitAccess {
  /** Real address of the repository. */
  address: string;
  isLocal: boolean;
  secret?: GitSecret;
  /** File with the SSH key, when the Secret has one. */
  sshKeyFile?: string;
  /** File with the known hosts, when the Secret has them. */
  knownHostsFile?: string;
  /** PEM bundle to trust for https; git's own when unset. */
  caFile?: string;
  /** `PATH`, `HOME` and the proxy variables are taken from here, nothing else. */
  parent: NodeJS.ProcessEnv;
}

const PASSED_ON = [
  'PATH',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

/** Writes git settings into variables, where other processes' arguments do not show them. */
function settingsAsEnvironment(
  settings: readonly (readonly [string, string])[],
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { GIT_CONFIG_COUNT: String(settings.length) };
  settings.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}

/** Quotes a text for a POSIX shell; git runs `GIT_SSH_COMMAND` through one. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function userAndPassword(secret: GitSecret): [string, string] | undefined {
  if (secret.token !== undefined)
    return [secret.username?.trim() || 'x-access-token', secret.token.trim()];
  if (secret.password !== undefined)
    return [secret.username?.trim() || 'git', secret.password.trim()];
  return undefined;
}

/**
 * The environment that git runs in: no prompt, no configuration but ours, only the transports we allow, and credentials
 * that go to the repository's own host alone.
 */
export function gitEnvironment(access: GitAccess): NodeJS.ProcessEnv {
  const { address, secret = {}, parent } = access;
  const settings: [string, string][] = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['credential.helper', ''],
    ['advice.detachedHead', 'false'],
    ['gc.auto', '0'],
    // A clone in a folder of another user, such as a volume's root, is still the one we made.
    ['safe.directory', '*'],
  ];
  const env: NodeJS.ProcessEnv = {
    HOME: parent.TMPDIR ?? '/tmp',
    LC_ALL: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: access.isLocal ? 'file' : 'https:ssh',
  };
  for (const name of PASSED_ON) {
    if (parent[name] !== undefined) env[name] = parent[name];
  }
  if (access.caFile) env.GIT_SSL_CAINFO = access.caFile;
  if (address.startsWith('https:')) {
    const known = userAndPassword(secret);
    if (known) {
      [env.GREENROOM_GIT_USERNAME, env.GREENROOM_GIT_PASSWORD] = known;
      settings.push([
        `credential.${new URL(address).origin}.helper`,
        '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$GREENROOM_GIT_USERNAME" "$GREENROOM_GIT_PASSWORD"; }; f',
      ]);
    }
  } else if (!access.isLocal) {
    env.GIT_SSH_COMMAND = [
      'ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=20',
      `-o UserKnownHostsFile=${shellQuoted(
        access.knownHostsFile ?? '/dev/null',
      )}`,
      ...(access.sshKeyFile
        ? [`-o IdentitiesOnly=yes -i ${shellQuoted(access.sshKeyFile)}`]
        : []),
    ].join(' ');
  }
  return { ...env, ...settingsAsEnvironment(settings) };
}
