import { z } from 'zod';
import { taskConditions } from '../conditions/taskConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { LocalRef } from '../schema/references';
import { text, Timestamp } from '../schema/scalars';
import { Count, SessionSummary, statusFields } from '../schema/status';
import { taskFields, taskRules } from '../schema/taskFields';
import { unchanged, unchangedRef } from '../schema/unchanged';

/** Why a Task waits in the queue of its agent. */
export const QueueReason = z.enum([
  'AgentSuspended',
  'AgentNotReady',
  'AtCapacity',
  'QuotaExceeded',
  'BudgetExhausted',
  'AwaitingApproval',
]);
export type QueueReason = z.output<typeof QueueReason>;

/** Where a Task is in its life. */
export const TaskPhase = z.enum([
  'Pending',
  'Queued',
  'Starting',
  'Running',
  'Completed',
  'Failed',
  'Stopped',
  'TimedOut',
]);
export type TaskPhase = z.output<typeof TaskPhase>;

/** One piece of work that ends: a prompt for an agent, with its context, its limits and its result. */
export const Task = defineKind({
  kind: 'Task',
  plural: 'tasks',
  shortNames: ['tk'],
  scope: 'Namespaced',
  acts: true,
  doc: 'One piece of work that ends: a prompt for an agent, with its context, its limits and its result. It is never retried: a task may have acted.',
  spec: z.object({
    ...taskFields,
    stop: z
      .boolean()
      .default(false)
      .describe(
        'Whether to stop the work. The annotation greenroom.dev/stop: "true" means the same.',
      ),
  }),
  rules: [
    ...taskRules,
    unchangedRef('agentRef', 'Task'),
    unchangedRef('templateRef', 'Task'),
    unchanged('description', 'Task'),
    unchanged('contexts', 'Task'),
  ],
  status: z.object({
    ...statusFields,
    phase: TaskPhase.optional().describe('Where the task is in its life.'),
    agentRef: LocalRef.optional().describe('The Agent that does it.'),
    templateRef: LocalRef.optional().describe('The AgentTemplate that is run.'),
    queue: z
      .object({
        position: Count.optional().describe(
          'How many Tasks of this agent come first, plus one.',
        ),
        reason: QueueReason.optional().describe('What it waits for.'),
        message: text(1024).optional().describe('What it waits for, in words.'),
        since: Timestamp.optional().describe('Since when it waits.'),
      })
      .optional()
      .describe('Its place in the queue; absent when it does not wait.'),
    jobName: text(253)
      .optional()
      .describe('Name of its Job, for a templateRef.'),
    podName: text(253)
      .optional()
      .describe('Name of the pod the work is done in.'),
    queuedTime: Timestamp.optional().describe('When it entered the queue.'),
    startTime: Timestamp.optional().describe('When it began to run.'),
    completionTime: Timestamp.optional().describe('When it ended.'),
    result: z
      .object({
        exitCode: z
          .int()
          .min(-255)
          .max(255)
          .optional()
          .describe('Exit code of the container, where one ended.'),
        container: text(63).optional().describe('That container.'),
        reason: text(256).optional().describe('Why it ended so, as one word.'),
        message: text(4096)
          .optional()
          .describe('Why it ended so, in words, and what to do.'),
      })
      .optional()
      .describe('How it ended.'),
    answer: text(16_384)
      .optional()
      .describe('What the agent answered; longer answers are in the session.'),
    answerTruncated: z
      .boolean()
      .optional()
      .describe('Whether answer is only the beginning.'),
    artifacts: Count.optional().describe(
      'How many artifacts it made; they are in the session.',
    ),
    session: SessionSummary.optional().describe(
      'The session in which the work is done.',
    ),
  }),
  columns: [
    column.phase,
    column.of('Agent', '.spec.agentRef.name'),
    column.of('Template', '.spec.templateRef.name', { wide: true }),
    column.of('Position', '.status.queue.position', {
      type: 'integer',
      wide: true,
    }),
    column.of('Reason', '.status.queue.reason', { wide: true }),
    column.of('Session', '.status.session.id', { wide: true }),
    column.of('Started', '.status.startTime', { type: 'date' }),
    column.age,
  ],
  conditions: taskConditions,
});
export type Task = KindOf<typeof Task>;
export type TaskDraft = DraftOf<typeof Task>;
