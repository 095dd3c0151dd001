import type { McpTools } from '../mcp/McpTools';
import { ModelCallError } from '../model/ModelCallError';
import type { ModelClient } from '../model/ModelClient';
import type { SessionContext } from '../sessions/SessionContext';
import { fileTools } from '../tools/fileTools';
import { mcpAgentTools } from '../tools/mcpAgentTools';
import { shellTools } from '../tools/shellTools';
import { readSkills, skillTools } from '../tools/skillTools';
import { WorkspacePaths } from '../tools/WorkspacePaths';
import type { Turn, TurnOutcome, TurnRunner } from '../turns/Turn';
import { Conversation, type Equipment } from './Conversation';
import { ConversationConfig } from './ConversationConfig';
import { delegateTools } from './delegateTools';
import { SavedConversation } from './SavedConversation';
import { systemInstructions } from './systemInstructions';

/** Does a session's turns as one conversation with its model. */
export class ConversationRunner implements TurnRunner {
  private readonly saved: SavedConversation;
  private conversation: Conversation | undefined;

  constructor(
    private readonly session: SessionContext,
    private readonly model: ModelClient,
    private readonly mcp: McpTools,
  ) {
    this.saved = new SavedConversation(session);
  }

  async run(turn: Turn): Promise<TurnOutcome> {
    const { open } = this.session;
    const parsed = ConversationConfig.safeParse(open.config ?? {});
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return failed(
        'ConfigInvalid',
        `The agent's config field "${issue.path.join('.')}" is wrong: ${
          issue.message
        }.`,
      );
    }
    const config = parsed.data;
    const contextTokens = open.model?.contextTokens ?? config.contextTokens;
    this.conversation ??= new Conversation(
      this.model,
      config,
      contextTokens,
      await this.saved.load(),
    );
    const equipment = await this.equip(turn);
    const delegation = delegateTools(
      this.model,
      config,
      contextTokens,
      equipment,
      turn,
    );
    try {
      return await this.conversation.answer(turn.text, turn, {
        ...equipment,
        tools: [...equipment.tools, ...delegation],
      });
    } catch (error) {
      turn.signal.throwIfAborted();
      if (error instanceof ModelCallError)
        return failed('ModelCallFailed', error.message);
      throw error;
    } finally {
      await this.saved.save(this.conversation.messages);
    }
  }

  close(): Promise<void> {
    return this.mcp.close();
  }

  /** Tools and instructions anew for each turn: skills, contexts and tool servers may have changed. */
  private async equip(turn: Turn): Promise<Equipment> {
    const { session } = this;
    const paths = new WorkspacePaths(session.workspaceDir);
    const { skills, problems } = await readSkills(session);
    const mcp = await mcpAgentTools(
      this.mcp,
      session.open.mcp.map(({ name }) => name),
    );
    for (const message of [...problems, ...mcp.problems]) {
      turn.emit('agent.error', {
        reason: 'ToolUnavailable',
        message,
        recoverable: true,
      });
    }
    return {
      instructions: await systemInstructions(session, skills),
      tools: [
        ...fileTools(paths),
        ...shellTools(session, paths),
        ...skillTools(skills),
        ...mcp.tools,
      ],
    };
  }
}

function failed(reason: string, message: string): TurnOutcome {
  return { outcome: 'failed', error: { reason, message } };
}
