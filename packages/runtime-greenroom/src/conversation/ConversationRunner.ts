import type { McpTools } from '../mcp/McpTools';
import { ModelCallError } from '../model/ModelCallError';
import type {
  ConversationMessage,
  ModelAnswer,
  ModelClient,
} from '../model/ModelClient';
import type { SessionContext } from '../sessions/SessionContext';
import type { AgentTool } from '../tools/AgentTool';
import { fileTools } from '../tools/fileTools';
import { mcpAgentTools } from '../tools/mcpAgentTools';
import { shellTools } from '../tools/shellTools';
import { readSkills, skillTools } from '../tools/skillTools';
import { WorkspacePaths } from '../tools/WorkspacePaths';
import type { Turn, TurnOutcome, TurnRunner } from '../turns/Turn';
import { askWithRetries } from './askWithRetries';
import { compactConversation } from './compactConversation';
import { ConversationConfig } from './ConversationConfig';
import { systemInstructions } from './systemInstructions';
import { useTool } from './useTool';

/** Part of the context window at which a conversation is summed up; the rest is room for answers and tools. */
const COMPACT_AT = 0.75;

interface Equipment {
  instructions: string;
  tools: AgentTool[];
}

/** Talks with a model: asks, does what it wants done with its tools, asks again, until it has an answer. */
export class ConversationRunner implements TurnRunner {
  private messages: ConversationMessage[] = [];
  private lastInputTokens = 0;

  constructor(
    private readonly session: SessionContext,
    private readonly model: ModelClient,
    private readonly mcp: McpTools,
  ) {}

  async run(turn: Turn): Promise<TurnOutcome> {
    const parsed = ConversationConfig.safeParse(this.session.open.config ?? {});
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
    const equipment = await this.equip(turn);
    const before = this.messages;
    this.messages = [...before, this.model.userMessage(turn.text)];
    try {
      return await this.converse(turn, config, equipment);
    } catch (error) {
      // An answer that never came must not stay half said: providers refuse calls of tools without results.
      this.messages = [
        ...before,
        this.model.userMessage(`${turn.text}\n\n(This was not finished.)`),
      ];
      turn.signal.throwIfAborted();
      if (error instanceof ModelCallError)
        return failed('ModelCallFailed', error.message);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.mcp.close();
  }

  private async converse(
    turn: Turn,
    config: ConversationConfig,
    { instructions, tools }: Equipment,
  ): Promise<TurnOutcome> {
    const limit =
      this.session.open.model?.contextTokens ?? config.contextTokens;
    for (let step = 0; step < config.maxSteps; step += 1) {
      if (this.lastInputTokens > limit * COMPACT_AT) {
        this.messages = await compactConversation(
          this.model,
          instructions,
          this.messages,
          turn,
        );
        this.lastInputTokens = 0;
      }
      const answer = await askWithRetries(
        this.model,
        { instructions, messages: this.messages, tools, signal: turn.signal },
        turn,
      );
      this.lastInputTokens = answer.usage.inputTokens ?? 0;
      const outcomes = [];
      for (const call of answer.toolCalls) {
        outcomes.push(await useTool(call, tools, config, turn));
      }
      this.messages = [
        ...this.messages,
        ...answer.messages,
        ...(outcomes.length ? [this.model.toolMessage(outcomes)] : []),
      ];
      if (!outcomes.length) return outcomeOf(answer);
    }
    return failed(
      'TooManySteps',
      `The turn was ended after ${config.maxSteps} model calls. Raise spec.config.maxSteps, or ask for less at once.`,
    );
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

function outcomeOf({ text, finish }: ModelAnswer): TurnOutcome {
  if (finish === 'length') {
    return failed(
      'AnswerTooLong',
      'The model’s answer was cut at its longest output. Raise limits.maxOutputTokens of the Model, or ask for less at once.',
    );
  }
  return { outcome: 'completed', answer: text };
}

function failed(reason: string, message: string): TurnOutcome {
  return { outcome: 'failed', error: { reason, message } };
}
