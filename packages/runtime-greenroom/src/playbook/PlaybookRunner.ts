import type { SessionContext } from '../sessions/SessionContext';
import type { Turn, TurnOutcome, TurnRunner } from '../turns/Turn';
import { parsePlaybook } from './parsePlaybook';
import type { Playbook } from './Playbook';
import { PlaybookError } from './PlaybookError';
import { runPlaybook } from './runPlaybook';
import type { ModelCaller, ToolCaller } from './StepContext';
import { bindInputs, readTaskText, type TaskText } from './taskInputs';

/** Runs the agent's playbook once for each message of a session. */
export class PlaybookRunner implements TurnRunner {
  constructor(
    private readonly session: SessionContext,
    private readonly tools: ToolCaller,
    private readonly model?: ModelCaller,
  ) {}

  async run(turn: Turn): Promise<TurnOutcome> {
    let playbook: Playbook;
    let task: TaskText;
    let inputs: Record<string, unknown>;
    try {
      playbook = parsePlaybook(this.goal());
      task = readTaskText(turn.text);
      inputs = bindInputs(playbook.inputs, task.inputs);
    } catch (error) {
      if (!(error instanceof PlaybookError)) throw error;
      return {
        outcome: 'failed',
        error: { reason: 'PlaybookInvalid', message: error.message },
      };
    }
    const { session } = this;
    const scope = {
      inputs,
      task: {
        name: session.open.task?.name ?? '',
        namespace: session.open.task?.namespace ?? '',
        dir: session.taskDir ?? '',
        description: task.description,
      },
      agent: session.agent,
      session: { id: session.open.session_id },
      workspace: { dir: session.workspaceDir },
    };
    return runPlaybook(playbook, scope, {
      turn,
      session,
      tools: this.tools,
      model: this.model,
      signal: turn.signal,
    });
  }

  close(): Promise<void> {
    return this.tools.close();
  }

  private goal(): string {
    const { goal } = this.session.open;
    if (goal?.trim()) return goal;
    throw new PlaybookError([
      {
        line: 1,
        message:
          'the agent has no goal. An agent with mode System needs a playbook in spec.goal.',
      },
    ]);
  }
}
