import type { VerbWork } from '../StepContext';
import { beginningOf } from '../../processes/wholeWords';

/** Longest text of a status event. */
const LONGEST_STATUS = 4_096;

/** Says in a sentence what is going on. */
export const statusVerb: VerbWork<'status'> = async (text, context) => {
  context.turn.emit('agent.status', {
    text: beginningOf(text, LONGEST_STATUS),
    progress: context.progress,
  });
  return { text };
};
