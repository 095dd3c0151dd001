import type {
  ConversationMessage,
  ModelAnswer,
  ModelClient,
} from '../model/ModelClient';
import type { AgentTool } from '../tools/AgentTool';
import type { Turn, TurnOutcome } from '../turns/Turn';
import { askWithRetries } from './askWithRetries';
import { compactConversation } from './compactConversation';
import type { ConversationConfig } from './ConversationConfig';
import { useTool } from './useTool';

/** Part of the context window at which a conversation is summed up; the rest is room for answers and tools. */
const COMPACT_AT = 0.75;

/** What a model is told and may use. */
export interface Equipment {
  instructions: string;
  tools: AgentTool[];
}

/** What was said so far, and how it goes on: ask, do what the model wants done, ask again, until there is an answer. */
export class Conversation {
  private lastInputTokens = 0;

  constructor(
    private readonly model: ModelClient,
    private readonly config: ConversationConfig,
    private readonly contextTokens: number,
    /** Always whole: no call of a tool stands without its result, or providers refuse the rest. */
    public messages: ConversationMessage[] = [],
  ) {}

  /** Answers one message. When it fails or is cancelled, what was done until then stays part of the conversation. */
  async answer(
    text: string,
    turn: Turn,
    equipment: Equipment,
  ): Promise<TurnOutcome> {
    this.say(text);
    try {
      return await this.goOn(turn, equipment);
    } catch (error) {
      this.say('(This was ended before there was an answer.)');
      throw error;
    }
  }

  private async goOn(
    turn: Turn,
    { instructions, tools }: Equipment,
  ): Promise<TurnOutcome> {
    for (let step = 0; step < this.config.maxSteps; step += 1) {
      if (this.lastInputTokens > this.contextTokens * COMPACT_AT) {
        this.messages = await compactConversation(
          this.model,
          { instructions, messages: this.messages, tools, signal: turn.signal },
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
        outcomes.push(await useTool(call, tools, this.config, turn));
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
      `The turn was ended after ${this.config.maxSteps} model calls. Raise spec.config.maxSteps, or ask for less at once.`,
    );
  }

  private say(text: string): void {
    this.messages = [...this.messages, this.model.userMessage(text)];
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
