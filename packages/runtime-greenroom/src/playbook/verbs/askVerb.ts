import { parseDuration } from '@greenroom/kinds';
import { StepError } from '../StepError';
import type { VerbWork } from '../StepContext';
import { durationText } from './durationText';

/** Asks a person a question; without an answer in time the default stands, or the step fails. */
export const askVerb: VerbWork<'ask'> = async (body, context) => {
  const timeoutMs = body.timeout
    ? parseDuration(body.timeout)
    : context.timeoutMs;
  const decision = await context.turn.requestInput({
    question: body.question,
    choices: body.choices,
    default: body.default,
    timeoutMs,
  });
  const answer = decision.expired ? body.default : decision.answer;
  if (answer === undefined) {
    throw new StepError(
      'InputExpired',
      `Step "${context.stepName}": nobody answered "${
        body.question
      }" within ${durationText(timeoutMs)}, and it has no default.`,
    );
  }
  return {
    text: answer,
    answer,
    expired: decision.expired,
    by: decision.decided_by ?? '',
  };
};
