import type { VerbWork } from '../StepContext';

/** Longest text of a status event. */
const LONGEST_STATUS = 4_096;

/** Says in a sentence what is going on. */
export const statusVerb: VerbWork<'status'> = async (text, context) => {
  context.turn.emit('agent.status', {
    text: text.slice(0, LONGEST_STATUS),
    progress: context.progress,
  });
  return { text };
};
