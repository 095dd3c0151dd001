import { StepError } from '../StepError';
import type { VerbWork } from '../StepContext';

/** Asks the agent's model one question. */
export const modelVerb: VerbWork<'model'> = async (body, context) => {
  if (!context.model) {
    throw new StepError(
      'ModelMissing',
      `Step "${context.stepName}" asks a model, and the agent has none. Set spec.model on the Agent.`,
    );
  }
  return context.model.ask(body, context);
};
