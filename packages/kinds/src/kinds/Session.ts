import { z } from 'zod';
import { sessionConditions } from '../conditions/sessionConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { SessionOverrides } from '../schema/SessionOverrides';
import { LocalRef } from '../schema/references';
import {
  Duration,
  EntityRef,
  filled,
  Quantity,
  SessionId,
  text,
  Timestamp,
} from '../schema/scalars';
import { Count, SessionSummary, statusFields, Usage } from '../schema/status';
import { unchanged, unchangedRef } from '../schema/unchanged';

/** Where a Session is in its life. */
export const SessionPhase = z.enum([
  'Pending',
  'Queued',
  'Starting',
  'Active',
  'Idle',
  'AwaitingInput',
  'AwaitingApproval',
  'Suspended',
  'Completed',
  'Failed',
  'Cancelled',
  'Expired',
]);
export type SessionPhase = z.output<typeof SessionPhase>;

/** A conversation with an agent. */
export const Session = defineKind({
  kind: 'Session',
  plural: 'sessions',
  shortNames: ['ses'],
  scope: 'Namespaced',
  acts: true,
  doc: 'A conversation with an agent, in a pod of its own or in a live agent.',
  spec: z.object({
    agentRef: LocalRef.optional().describe(
      'The Agent. Exactly one of agentRef and templateRef.',
    ),
    templateRef: LocalRef.optional().describe(
      'The AgentTemplate that is run. Exactly one of agentRef and templateRef.',
    ),
    placement: z
      .enum(['Dedicated', 'Shared'])
      .default('Dedicated')
      .describe(
        'Dedicated runs in a Job of its own; Shared runs inside the live Agent.',
      ),
    interactive: z
      .boolean()
      .default(true)
      .describe(
        'Whether it stays for more messages; if not, it ends with the answer to prompt.',
      ),
    prompt: text(131_072).optional().describe('First message.'),
    title: text(512)
      .optional()
      .describe('Title for people; by default made from the first message.'),
    owner: EntityRef.optional().describe(
      'Catalog entity that owns it, such as user:default/ada.',
    ),
    idleTimeout: Duration.optional().describe(
      'Idle time after which it ends as Expired; none by default.',
    ),
    timeout: Duration.optional().describe(
      'Longest time from its start to its end; none by default.',
    ),
    resumeFrom: z
      .object({ session: SessionId.describe('Id of the session.') })
      .optional()
      .describe('Goes on with an earlier session.'),
    forkFrom: z
      .object({
        session: SessionId.describe('Id of the session.'),
        sequence: Count.optional().describe(
          'Last event to take over; all by default.',
        ),
      })
      .optional()
      .describe('Begins with a copy of another session’s beginning.'),
    workspace: z
      .object({
        persist: z
          .boolean()
          .default(false)
          .describe('Whether the workspace outlives the pod.'),
        size: Quantity.default('10Gi').describe('Size of the volume.'),
      })
      .optional()
      .describe('The workspace of a Dedicated session.'),
    suspend: z
      .boolean()
      .default(false)
      .describe(
        'Whether it is put aside: workspace and state are kept, a message wakes it.',
      ),
    cancel: z
      .boolean()
      .default(false)
      .describe('Whether to end it now, as Cancelled.'),
    overrides: SessionOverrides.optional().describe(
      'Changes to the agent for this session.',
    ),
  }),
  rules: [
    {
      rule: 'has(self.agentRef) != has(self.templateRef)',
      message: 'set exactly one of agentRef and templateRef',
      holds: spec =>
        (spec.agentRef !== undefined) !== (spec.templateRef !== undefined),
    },
    {
      rule: "self.placement != 'Shared' || has(self.agentRef)",
      message: 'a Shared session needs agentRef: it runs inside a live Agent',
      holds: spec => spec.placement !== 'Shared' || spec.agentRef !== undefined,
    },
    {
      rule: "self.placement != 'Shared' || !has(self.workspace)",
      message: 'a Shared session has no workspace of its own; remove workspace',
      holds: spec =>
        spec.placement !== 'Shared' || spec.workspace === undefined,
    },
    {
      rule: '!(has(self.resumeFrom) && has(self.forkFrom))',
      message: 'set at most one of resumeFrom and forkFrom',
      holds: spec =>
        spec.resumeFrom === undefined || spec.forkFrom === undefined,
    },
    {
      rule: 'self.interactive || (has(self.prompt) && size(self.prompt) > 0)',
      message: 'a session that is not interactive needs a prompt',
      holds: spec => spec.interactive || (spec.prompt ?? '').length > 0,
    },
    unchanged('placement', 'Session'),
    unchangedRef('agentRef', 'Session'),
    unchangedRef('templateRef', 'Session'),
  ],
  status: z.object({
    ...statusFields,
    phase: SessionPhase.optional().describe(
      'Where the session is in its life.',
    ),
    session: SessionSummary.optional().describe(
      'Its id, title and what it came to.',
    ),
    jobName: text(253).optional().describe('Name of its Job, when Dedicated.'),
    podName: text(253).optional().describe('Name of the pod it runs in.'),
    startTime: Timestamp.optional().describe('When it began.'),
    completionTime: Timestamp.optional().describe('When it ended.'),
    lastActivityTime: Timestamp.optional().describe(
      'When it last did something.',
    ),
    pending: z
      .object({
        approvals: Count.optional().describe(
          'Approvals that wait for a decision.',
        ),
        questions: Count.optional().describe(
          'Questions that wait for an answer.',
        ),
      })
      .optional()
      .describe('What it waits for from people.'),
    lastStatus: text(1024)
      .optional()
      .describe('What the agent last said it is doing.'),
    answer: text(16_384)
      .optional()
      .describe('Last answer; longer ones are in the session.'),
    usage: Usage.optional().describe('What it used.'),
    result: z
      .object({
        reason: filled(256)
          .optional()
          .describe('Why it ended so, as one word.'),
        message: text(4096)
          .optional()
          .describe('Why it ended so, in words, and what to do.'),
      })
      .optional()
      .describe('How it ended.'),
  }),
  columns: [
    column.phase,
    column.of('Agent', '.spec.agentRef.name'),
    column.of('Template', '.spec.templateRef.name', { wide: true }),
    column.of('Placement', '.spec.placement', { wide: true }),
    column.of('Title', '.status.session.title'),
    column.of('Owner', '.spec.owner', { wide: true }),
    column.of('ID', '.status.session.id', { wide: true }),
    column.age,
  ],
  conditions: sessionConditions,
});
export type Session = KindOf<typeof Session>;
export type SessionDraft = DraftOf<typeof Session>;
