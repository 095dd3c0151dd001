import { Ajv } from 'ajv';
import { askWithRetries } from '../conversation/askWithRetries';
import type { ModelCaller } from '../playbook/StepContext';
import { StepError } from '../playbook/StepError';
import type { Turn } from '../turns/Turn';
import type { ConversationMessage, ModelClient } from './ModelClient';

/** Times a model may correct an answer that does not fit the schema. */
const ATTEMPTS = 3;

/** Single questions of a playbook to the agent's model. */
export class ModelQuestions implements ModelCaller {
  constructor(private readonly model: ModelClient) {}

  async ask(
    { prompt, schema }: { prompt: string; schema?: Record<string, unknown> },
    { signal, turn }: { signal: AbortSignal; turn: Turn },
  ): Promise<{ text: string; json?: unknown }> {
    const instructions = schema
      ? `Answer with one JSON value and nothing else. It must fit this JSON Schema:\n${JSON.stringify(
          schema,
        )}`
      : 'Answer the question and nothing else.';
    const messages: ConversationMessage[] = [this.model.userMessage(prompt)];
    for (let attempt = 1; ; attempt += 1) {
      const answer = await askWithRetries(
        this.model,
        { instructions, messages, tools: [], signal },
        turn,
      );
      if (!schema) return { text: answer.text };
      const { json, problem } = fitted(answer.text, schema);
      if (!problem) return { text: answer.text, json };
      if (attempt === ATTEMPTS) {
        throw new StepError(
          'StepFailed',
          `The model "${this.model.name}" gave no answer that fits the schema: ${problem}.`,
        );
      }
      messages.push(
        ...answer.messages,
        this.model.userMessage(`That does not fit: ${problem}. Answer again.`),
      );
    }
  }
}

function fitted(
  text: string,
  schema: Record<string, unknown>,
): { json?: unknown; problem?: string } {
  // Models like to wrap JSON in a fence, whatever they are told.
  const body = /^\s*```(?:json)?\n([\s\S]*?)\n```\s*$/.exec(text)?.[1] ?? text;
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    return { problem: `it is not JSON (${(error as Error).message})` };
  }
  const ajv = new Ajv({ strict: false });
  return ajv.validate(schema, json) ? { json } : { problem: ajv.errorsText() };
}
