import { no, yes } from './reasons';

/** The conditions of a CronTask, with every reason they can have. */
export const cronTaskConditions = {
  Ready: {
    doc: 'Tasks are started by the schedule.',
    reasons: {
      Scheduled: yes('status.nextScheduleTime says when the next Task starts.'),
      Suspended: no(
        'spec.suspend is true; the annotation greenroom.dev/trigger still runs it.',
        'Set spec.suspend to false.',
      ),
      NoMoreRuns: no('The schedule has no next time.', 'Correct schedule.'),
      AgentNotFound: no(
        'The Agent that the Tasks name is not there.',
        'Create it, or correct taskTemplate.spec.agentRef.',
      ),
      TemplateNotFound: no(
        'The AgentTemplate that the Tasks name is not there.',
        'Create it, or correct taskTemplate.spec.templateRef.',
      ),
    },
  },
};
