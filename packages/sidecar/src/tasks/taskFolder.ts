/** A task's folder inside the workspace: `task.md`, `context.md`, and its contexts with a relative path. */
export function taskFolder(task: string): string {
  return `.greenroom/tasks/${task}`;
}
