import { z } from 'zod';
import { cronTaskConditions } from '../conditions/cronTaskConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { list, textMap } from '../schema/collections';
import {
  filled,
  integer,
  ObjectName,
  text,
  Timestamp,
} from '../schema/scalars';
import { Count, statusFields } from '../schema/status';
import { taskFields, taskRules } from '../schema/taskFields';
import { withRules } from '../schema/withRules';

/** Tasks on a schedule. */
export const CronTask = defineKind({
  kind: 'CronTask',
  plural: 'crontasks',
  shortNames: ['ctk'],
  scope: 'Namespaced',
  acts: false,
  doc: 'Tasks on a schedule.',
  spec: z.object({
    schedule: filled(128)
      .meta({ means: 'schedule' })
      .describe(
        'When, in five fields as in cron, or @hourly, @daily, @weekly, @monthly, @yearly.',
      ),
    timeZone: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z][A-Za-z0-9_+/-]*$/)
      .default('UTC')
      .meta({ means: 'timeZone' })
      .describe(
        'Time zone of the schedule, an IANA name such as Europe/Berlin.',
      ),
    concurrencyPolicy: z
      .enum(['Forbid', 'Allow', 'Replace'])
      .default('Forbid')
      .describe(
        'When the last Task still runs: Forbid skips, Allow runs beside it, Replace stops it first.',
      ),
    suspend: z
      .boolean()
      .default(false)
      .describe('Whether no Task is started by the schedule.'),
    startingDeadlineSeconds: integer(10, 31_536_000)
      .optional()
      .describe(
        'How late a missed run may start, in seconds; however late by default.',
      ),
    successfulTasksHistoryLimit: integer(0, 1000)
      .default(3)
      .describe('Completed Tasks to keep.'),
    failedTasksHistoryLimit: integer(0, 1000)
      .default(1)
      .describe('Failed Tasks to keep.'),
    maxRetainedTasks: integer(1, 1000)
      .default(10)
      .describe('Most Tasks to keep in all; the oldest finished go first.'),
    taskTemplate: z
      .object({
        metadata: z
          .object({
            labels: textMap(63, 64).optional().describe('Labels of each Task.'),
            annotations: textMap(16_384, 64)
              .optional()
              .describe('Annotations of each Task.'),
          })
          .optional()
          .describe('Metadata of each Task.'),
        spec: withRules(z.object(taskFields), taskRules).describe(
          'What each Task is.',
        ),
      })
      .describe('The Task that is made each time.'),
  }),
  status: z.object({
    ...statusFields,
    active: list(
      z.object({ name: ObjectName.describe('Name of the Task.') }),
      100,
    )
      .optional()
      .describe('Tasks that have not ended.'),
    lastScheduleTime: Timestamp.optional().describe(
      'When a Task was last started.',
    ),
    lastSuccessfulTime: Timestamp.optional().describe(
      'When a Task last completed.',
    ),
    nextScheduleTime: Timestamp.optional().describe(
      'When the next Task starts.',
    ),
    totalExecutions: Count.optional().describe(
      'How many Tasks were started in all.',
    ),
    lastTrigger: text(253)
      .optional()
      .describe('Value of the trigger annotation that was acted on last.'),
  }),
  columns: [
    column.of('Schedule', '.spec.schedule'),
    column.of('Suspend', '.spec.suspend', { type: 'boolean' }),
    column.of('Last', '.status.lastScheduleTime', { type: 'date' }),
    column.of('Next', '.status.nextScheduleTime'),
    column.of('Zone', '.spec.timeZone', { wide: true }),
    column.of('Runs', '.status.totalExecutions', {
      type: 'integer',
      wide: true,
    }),
    column.age,
  ],
  conditions: cronTaskConditions,
});
export type CronTask = KindOf<typeof CronTask>;
export type CronTaskDraft = DraftOf<typeof CronTask>;
