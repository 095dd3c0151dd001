import type { ReasonEntry } from './Condition';

/** A reason for which the condition is True. */
export const yes = (meaning: string, action?: string): ReasonEntry =>
  entry('True', meaning, action);

/** A reason for which the condition is False. */
export const no = (meaning: string, action?: string): ReasonEntry =>
  entry('False', meaning, action);

/** A reason for which it is not known whether the condition holds. */
export const unknown = (meaning: string, action?: string): ReasonEntry =>
  entry('Unknown', meaning, action);

function entry(
  status: ReasonEntry['status'],
  meaning: string,
  action?: string,
): ReasonEntry {
  return action === undefined
    ? { status, meaning }
    : { status, meaning, action };
}
