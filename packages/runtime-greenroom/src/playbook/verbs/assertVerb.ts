import { StepError } from '../StepError';
import type { VerbWork } from '../StepContext';

/** Goes on only where a condition holds. */
export const assertVerb: VerbWork<'assert'> = async (body, context) => {
  if (body.holds) return { text: '' };
  throw new StepError(
    'AssertionFailed',
    body.message ?? `Step "${context.stepName}": ${body.source} does not hold.`,
  );
};
