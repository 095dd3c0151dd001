import type { VerbWork } from '../StepContext';

/** Says in a sentence what is going on. */
export const statusVerb: VerbWork<'status'> = async (text, context) => {
  context.turn.emit('agent.status', { text });
  return { text };
};
