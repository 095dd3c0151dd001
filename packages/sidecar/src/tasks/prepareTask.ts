import { mkdir, readFile } from 'node:fs/promises';
import {
  checkOutContext,
  parseContextFile,
  planContexts,
  resolveInside,
  writeContexts,
  writeFileAtomically,
  renderContextFile,
  ContextError,
  type PlannedCheckout,
  type ResolvedContextItem,
  type Surroundings,
} from '@greenroom/context-tools';
import type { SessionOpening } from '@greenroom/protocol';
import { taskFolder } from './taskFolder';

/** What whoever wrote the Task cannot know. */
const OTHER_SECRETS =
  ' A live agent has only the Secrets of its own credentials: add this one to them, or run the Task from a template.';

/** What preparing a task's folder works with. */
export interface TaskSurroundings extends Surroundings {
  /** The workspace as manifests spell it. */
  manifestWorkspaceDir: string;
  /** The agent's `context.md`, relative to the workspace. */
  agentContexts: string;
}

/** Tells that a repository is being fetched: the one step that may take long. */
export type OnCheckout = (checkout: PlannedCheckout) => void;

async function readAgentParts({
  workspaceDir,
  agentContexts,
}: TaskSurroundings) {
  try {
    return parseContextFile(
      await readFile(await resolveInside(workspaceDir, agentContexts), 'utf8'),
    );
  } catch {
    return [];
  }
}

/**
 * Writes a task's folder: `task.md` is the description alone, `context.md` the agent's parts and then the task's own, and each
 * context with a mount path where it belongs.
 *
 * @throws ContextError with a sentence for whoever wrote the Task
 */
export async function prepareTask(
  task: NonNullable<SessionOpening['task']>,
  surroundings: TaskSurroundings,
  onCheckout: OnCheckout,
): Promise<void> {
  const base = taskFolder(task.name);
  const items = task.contexts as ResolvedContextItem[];
  const plan = planContexts(items, surroundings.manifestWorkspaceDir, {
    base,
    outside: false,
  });
  if (plan.conflicts.length > 0)
    throw new ContextError(
      plan.conflicts.map(({ message }) => message).join(' '),
    );
  const { workspaceDir } = surroundings;
  const folder = await resolveInside(workspaceDir, base);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await writeFileAtomically(`${folder}/task.md`, task.description, 0o644);
  const agentParts = await readAgentParts(surroundings);
  await writeContexts(plan, surroundings, agentParts);
  if (!plan.contextFile) {
    await writeFileAtomically(
      `${folder}/context.md`,
      renderContextFile(agentParts),
      0o644,
    );
  }
  await mkdir(surroundings.scratchDir, { recursive: true, mode: 0o700 });
  for (const checkout of plan.checkouts) {
    onCheckout(checkout);
    try {
      await checkOutContext(plan, checkout, surroundings);
    } catch (error) {
      const { message } = error as Error;
      const isMissing = checkout.secret && message.includes('was not found');
      throw new ContextError(
        isMissing ? `${message}${OTHER_SECRETS}` : message,
        {
          cause: error,
        },
      );
    }
  }
}
