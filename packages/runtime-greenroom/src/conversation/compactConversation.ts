import type {
  ConversationMessage,
  ModelClient,
  ModelQuestion,
} from '../model/ModelClient';
import type { Turn } from '../turns/Turn';
import { askWithRetries } from './askWithRetries';

const REQUEST = `Sum up this conversation for yourself, so that you can go on with nothing but the summary: what is wanted, what was decided and why, what was done with which files and commands, what was found, what is still open. Be exact with names, paths, numbers and quotations. Call no tool. Write only the summary.`;

/**
 * Replaces a long conversation by a summary of it that the model writes. Where it writes none, the conversation stays as
 * it is.
 */
export async function compactConversation(
  model: ModelClient,
  question: ModelQuestion,
  turn: Turn,
): Promise<ConversationMessage[]> {
  turn.emit('agent.status', {
    text: 'The conversation is long; summing it up.',
    state: 'compacting',
  });
  const { text } = await askWithRetries(
    model,
    // The tools stay on offer: some providers refuse a conversation with calls of tools that are not.
    {
      ...question,
      messages: [...question.messages, model.userMessage(REQUEST)],
    },
    // The summary is the agent's own note, not an answer to anybody.
    {
      ...turn,
      emit: (type, payload, id) =>
        type === 'agent.usage' && turn.emit(type, payload, id),
    },
  );
  if (!text) return question.messages;
  return [
    model.userMessage(
      `The conversation until here, in your own summary:\n\n${text}\n\nGo on from there.`,
    ),
  ];
}
