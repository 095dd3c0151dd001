import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLocalRepositories } from '../git/localRepositories';
import type { ContextPlan } from '../plan/ContextPlan';
import type { Surroundings } from '../carryOut/Surroundings';

/** What the program was started with. */
export interface ProgramSettings extends Surroundings {
  contextsFile: string;
  /** The sidecar, for reports of git-sync. */
  greenroomUrl?: string;
  terminationLog: string;
}

/** Five minutes: a large repository over a slow line; a host that is gone shows itself much earlier. */
const DEFAULT_GIT_TIMEOUT_SECONDS = 300;

/** Reads a folder of files as the keys of a Secret; undefined when it is not there. */
export async function readSecretFolder(
  folder: string,
): Promise<Record<string, string> | undefined> {
  try {
    const names = (await readdir(folder)).filter(
      name => !name.startsWith('..'),
    );
    const entries = await Promise.all(
      names.map(
        async name =>
          [name, await readFile(join(folder, name), 'utf8')] as const,
      ),
    );
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  } catch {
    return undefined;
  }
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value)
    throw new Error(
      `The environment variable ${name} is not set. The pod's builder sets it.`,
    );
  return value;
}

/** Reads the environment as the README documents it. */
export function readSettings(env: NodeJS.ProcessEnv): ProgramSettings {
  const secretsDir = env.SECRETS_DIR ?? '/etc/greenroom/context-secrets';
  const caFile = env.NODE_EXTRA_CA_CERTS ?? env.GIT_SSL_CAINFO;
  return {
    contextsFile: env.CONTEXTS_FILE ?? '/etc/greenroom/contexts/contexts.json',
    workspaceDir: required(env, 'WORKSPACE_DIR'),
    ...(env.OUTSIDE_DIR && { outsideDir: env.OUTSIDE_DIR }),
    scratchDir: env.SCRATCH_DIR ?? tmpdir(),
    secret: name => readSecretFolder(join(secretsDir, name)),
    localRepositories: parseLocalRepositories(env.GREENROOM_LOCAL_REPOSITORIES),
    ...(caFile && { caFile }),
    timeoutMs:
      Number(env.GIT_TIMEOUT_SECONDS ?? DEFAULT_GIT_TIMEOUT_SECONDS) * 1000,
    env,
    ...(env.GREENROOM_URL && { greenroomUrl: env.GREENROOM_URL }),
    terminationLog: env.TERMINATION_LOG ?? '/dev/termination-log',
  };
}

/** Reads the plan that the pod's builder put into the ConfigMap. */
export async function readPlan(file: string): Promise<ContextPlan> {
  const plan = JSON.parse(await readFile(file, 'utf8')) as ContextPlan;
  if (plan.version !== 1)
    throw new Error(
      `${file} is a plan of version ${plan.version}. This program reads version 1; use images of one release.`,
    );
  return plan;
}
