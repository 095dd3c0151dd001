import { join } from 'node:path';
import type { AgentSettings, SessionOpening } from '@greenroom/protocol';
import type { RuntimeSession } from '../runtime/RuntimeDriver';
import { taskFolder } from '../tasks/taskFolder';

/** Everything a runtime is told about a session. Paths are those of this machine. */
export function runtimeSession(
  opening: SessionOpening,
  settings: AgentSettings,
  workspaceDir: string,
): RuntimeSession {
  const { overrides, task } = opening;
  const model = settings.models.find(
    ({ name }) => name === (overrides?.model ?? settings.default_model),
  );
  const disabled = new Set(overrides?.disabled_skills);
  const instructions = [settings.instructions, overrides?.system_message]
    .filter(Boolean)
    .join('\n\n');
  const config = {
    ...settings.config,
    ...(overrides?.custom_agents && { agents: overrides.custom_agents }),
    ...(overrides?.tools_config && { tools: overrides.tools_config }),
  };
  return {
    session_id: opening.session_id,
    mode: settings.mode,
    ...(settings.goal !== undefined && { goal: settings.goal }),
    ...(instructions && { instructions }),
    ...(Object.keys(config).length > 0 && { config }),
    ...(model && {
      model: {
        name: model.name,
        provider: model.provider,
        model: model.model,
        ...(model.limits?.max_output_tokens && {
          maxOutputTokens: model.limits.max_output_tokens,
        }),
      },
    }),
    mcp: [
      { name: 'greenroom', path: '/mcp' },
      ...settings.tools.map(({ name }) => ({
        name,
        path: `/mcp/${encodeURIComponent(name)}`,
      })),
    ],
    skills: settings.skills.filter(({ name }) => !disabled.has(name)),
    workspace_dir: workspaceDir,
    ...(task && {
      task: {
        name: task.name,
        namespace: task.namespace,
        dir: join(workspaceDir, taskFolder(task.name)),
      },
    }),
    interactive: opening.interactive,
  };
}
