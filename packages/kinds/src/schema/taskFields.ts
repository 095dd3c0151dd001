import type { CelRule } from './withRules';
import { Contexts } from './ContextItem';
import { LocalRef } from './references';
import { Duration, integer, text } from './scalars';

/** The fields of a Task's spec, also in a CronTask's taskTemplate. */
export const taskFields = {
  description: text(131_072)
    .optional()
    .describe(
      'What to do, in Markdown. The agent reads it as the user’s message.',
    ),
  contexts: Contexts.optional().describe(
    'What the agent is given for this task, after its own contexts.',
  ),
  agentRef: LocalRef.optional().describe(
    'The live Agent that does it. Exactly one of agentRef and templateRef.',
  ),
  templateRef: LocalRef.optional().describe(
    'The AgentTemplate that is run for it, in a Job of its own. Exactly one of agentRef and templateRef.',
  ),
  timeout: Duration.optional().describe(
    'Longest time from Running to the end; queueing does not count. Without limit by default.',
  ),
  startDeadline: Duration.default('10m').describe(
    'Longest wait for what the task needs: agent, template, ConfigMaps, a pod that starts. Waiting for a free slot does not count.',
  ),
  priority: integer(-1_000_000, 1_000_000)
    .default(0)
    .describe(
      'Tasks of higher priority leave the queue first; equal ones by age.',
    ),
  ttlSecondsAfterFinished: integer(0, 31_536_000)
    .optional()
    .describe(
      'Seconds after the end when the Task is deleted; by default as GreenroomConfig.cleanup says.',
    ),
};

/** The rules of a Task's spec that also hold in a CronTask's taskTemplate. */
export const taskRules = [
  {
    rule: 'has(self.agentRef) != has(self.templateRef)',
    message: 'set exactly one of agentRef and templateRef',
    holds: spec =>
      (spec.agentRef !== undefined) !== (spec.templateRef !== undefined),
  },
] satisfies CelRule<{ agentRef?: unknown; templateRef?: unknown }>[];
