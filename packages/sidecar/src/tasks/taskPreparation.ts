import { join } from 'node:path';
import { parseLocalRepositories } from '@greenroom/context-tools';
import type { SessionOpening } from '@greenroom/protocol';
import type { SidecarConfig } from '../config/SidecarConfig';
import type { SettingsStore } from '../settings/SettingsStore';
import { prepareTask } from './prepareTask';
import { readCredential } from './readCredential';

/** Longest git command of a task's preparation, in milliseconds; as in the init containers. */
const GIT_TIMEOUT_MS = 300_000;
/** Where context-init puts the agent's own parts. */
const AGENT_CONTEXTS = '.greenroom/context.md';

/** Prepares a session before the runtime opens it; only a task's has something to prepare. */
export function taskPreparation(
  config: SidecarConfig,
  settings: SettingsStore,
  signal: AbortSignal,
): (opening: SessionOpening, say: (text: string) => void) => Promise<void> {
  const { env, workspaceDir, credentialsDir, stateDir } = config;
  return async ({ task }, say) => {
    if (!task) return;
    const surroundings = {
      workspaceDir,
      manifestWorkspaceDir: settings.current.workspace_dir,
      agentContexts: AGENT_CONTEXTS,
      scratchDir: join(stateDir, 'scratch'),
      secret: (name: string) => readCredential(credentialsDir, name),
      localRepositories: parseLocalRepositories(
        env.GREENROOM_LOCAL_REPOSITORIES,
      ),
      ...(env.NODE_EXTRA_CA_CERTS && { caFile: env.NODE_EXTRA_CA_CERTS }),
      env,
      timeoutMs: GIT_TIMEOUT_MS,
      signal,
    };
    await prepareTask(task, surroundings, ({ repository }) =>
      say(`Fetching ${repository}`),
    );
  };
}
