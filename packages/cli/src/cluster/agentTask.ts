import path from 'node:path';
import { existsSync, statSync } from 'node:fs';
import { ContextItem, Task, TaskDraft } from '@greenroom/kinds';
import { stringify } from 'yaml';
import { CliError } from '../CliError';

/** Where the repository of `--repo` lies in the agent's workspace, and the name that replaces the Agent's own. */
const REPOSITORY_CONTEXT = { name: 'repository', mountPath: 'repository' };

export interface AgentTaskOptions {
  agent: string;
  namespace: string;
  /** URL or local folder of a Git repository. */
  repository?: string;
  /** `key=value` pairs for the playbook's inputs. */
  settings: string[];
  /** What to do; an agent in mode System knows by itself. */
  description?: string;
}

/** The Task that `run` creates. */
export function agentTask(options: AgentTaskOptions): TaskDraft {
  const { agent, namespace, repository, settings, description } = options;
  return {
    apiVersion: Task.apiVersion,
    kind: Task.kind,
    metadata: { generateName: `${agent}-`, namespace },
    spec: {
      agentRef: { name: agent },
      description: withInputs(description ?? `Run ${agent}.`, settings),
      ...(repository ? { contexts: [repositoryContext(repository)] } : {}),
    },
  };
}

/** Inputs travel as front matter of the description: an agent that knows nothing of inputs still reads them. */
function withInputs(description: string, settings: string[]): string {
  if (!settings.length) return description;
  const inputs = Object.fromEntries(
    settings.map(setting => {
      const at = setting.indexOf('=');
      if (at < 1) {
        throw new CliError(
          `--set takes key=value, and got "${setting}". For example: --set branch=main`,
          2,
        );
      }
      return [setting.slice(0, at), setting.slice(at + 1)];
    }),
  );
  return `---\n${stringify({ inputs })}---\n\n${description}`;
}

function repositoryContext(repository: string): ContextItem {
  const isRemote = /^(https?|ssh|file):\/\/|^[^/]+@[^/]+:/.test(repository);
  if (!isRemote) {
    const folder = path.resolve(repository);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      throw new CliError(
        `There is no folder ${folder}. Give --repo a Git repository's folder or URL.`,
        2,
      );
    }
    return gitContext(`file://${folder}`);
  }
  return gitContext(repository);
}

function gitContext(repository: string): ContextItem {
  return {
    ...REPOSITORY_CONTEXT,
    type: 'Git',
    // The whole history: what changes over time cannot be seen in a shallow clone.
    git: { repository, depth: 0 },
  } as ContextItem;
}
