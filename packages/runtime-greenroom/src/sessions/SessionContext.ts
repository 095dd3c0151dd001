import type { SessionOpen } from '../messages/SessionOpen';

/** What every turn of a session works with. */
export interface SessionContext {
  open: SessionOpen;
  agent: { name: string; namespace: string };
  /** Absolute path of the workspace. */
  workspaceDir: string;
  /** Absolute path of the task's folder, where the session is a task's. */
  taskDir?: string;
  /** Base URL of the sidecar. */
  greenroomUrl: string;
  /** Environment of programs that a turn starts. */
  env: Record<string, string>;
}

/** What the runtime knows before any session: from its environment. */
export interface RuntimeSettings {
  agent: { name: string; namespace: string };
  workspaceDir?: string;
  greenroomUrl: string;
  /** Environment that programs inherit. */
  env: Record<string, string>;
}

/** Brings together what the session's opening says and what the pod's environment says. */
export function sessionContext(
  open: SessionOpen,
  settings: RuntimeSettings,
): SessionContext {
  // The pod's own word counts: it knows where the workspace is mounted.
  const workspaceDir =
    settings.workspaceDir ?? open.workspace_dir ?? '/workspace';
  const taskDir = open.task && taskDirOf(open.task, workspaceDir);
  return {
    open,
    agent: settings.agent,
    workspaceDir,
    taskDir,
    greenroomUrl: settings.greenroomUrl,
    env: {
      ...settings.env,
      WORKSPACE_DIR: workspaceDir,
      SESSION_ID: open.session_id,
      AGENT_NAME: settings.agent.name,
      ...(open.task && {
        TASK_NAME: open.task.name,
        TASK_NAMESPACE: open.task.namespace,
      }),
      ...(taskDir && { TASK_DIR: taskDir }),
    },
  };
}

function taskDirOf(
  task: { name: string; dir?: string },
  workspaceDir: string,
): string {
  if (task.dir?.startsWith(`${workspaceDir}/`)) return task.dir;
  return `${workspaceDir}/.greenroom/tasks/${task.name}`;
}
