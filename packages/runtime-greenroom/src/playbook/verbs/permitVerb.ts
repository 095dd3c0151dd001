import { parseDuration } from '@greenroom/kinds';
import { StepError } from '../StepError';
import type { VerbWork } from '../StepContext';
import { durationText } from './durationText';

/**
 * Asks a person to allow what comes next. Refused or unanswered it fails, so that nothing is done without a yes;
 * with `onFailure: continue` later steps see which it was.
 */
export const permitVerb: VerbWork<'permit'> = async (body, context) => {
  const timeoutMs = body.timeout
    ? parseDuration(body.timeout)
    : context.timeoutMs;
  const decision = await context.turn.requestPermission({
    action: body.action,
    reason: body.reason,
    timeoutMs,
  });
  if (decision.approved) {
    return {
      text: 'approved',
      approved: true,
      expired: false,
      reason: decision.reason ?? '',
      by: decision.decided_by ?? '',
    };
  }
  if (decision.expired) {
    throw new StepError(
      'PermissionExpired',
      `Nobody decided about "${body.action}" within ${durationText(
        timeoutMs,
      )}, so it was not done.`,
    );
  }
  throw new StepError(
    'PermissionDenied',
    `"${body.action}" was refused${
      decision.decided_by ? ` by ${decision.decided_by}` : ''
    }${decision.reason ? `: ${decision.reason}` : ''}, so it was not done.`,
  );
};
