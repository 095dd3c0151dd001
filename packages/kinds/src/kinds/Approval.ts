import { z } from 'zod';
import { approvalConditions } from '../conditions/approvalConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { LocalRef } from '../schema/references';
import { list, RawObject, setOf } from '../schema/collections';
import { EntityRef, filled, integer, text, Timestamp } from '../schema/scalars';
import { Count, statusFields } from '../schema/status';
import { withRules } from '../schema/withRules';

const Decision = withRules(
  z.object({
    approved: z
      .boolean()
      .optional()
      .describe('Whether it may be done. For a Permission.'),
    reason: text(4096).optional().describe('Why; the agent is told.'),
    answer: text(32_768).optional().describe('The answer. For a Question.'),
    editedArguments: RawObject.optional().describe(
      'Arguments to use instead of those asked for.',
    ),
    decidedBy: text(253)
      .optional()
      .describe('The user who decided; set at admission, never by hand.'),
    decidedAt: Timestamp.optional().describe(
      'When; set at admission, never by hand.',
    ),
  }),
  [
    {
      rule: 'has(self.approved) || has(self.answer)',
      message: 'set approved, or answer for a Question',
      holds: it => it.approved !== undefined || it.answer !== undefined,
    },
  ],
);

/** One question that a person must answer. */
export const Approval = defineKind({
  kind: 'Approval',
  plural: 'approvals',
  shortNames: ['appr'],
  scope: 'Namespaced',
  acts: true,
  doc: 'One question that a person must answer: whether a call may be made, or what an agent wants to know. Made by the operator; decided by writing its `decision`.',
  spec: z.object({
    type: z
      .enum(['Permission', 'Question'])
      .default('Permission')
      .describe('What is wanted: a decision or an answer.'),
    requestID: filled(128)
      .optional()
      .describe('Id of the request inside the session.'),
    sessionID: filled(64).describe('Id of the session that waits.'),
    agentRef: LocalRef.optional().describe('The Agent that asks.'),
    templateRef: LocalRef.optional().describe(
      'The AgentTemplate that asks, when it was run directly.',
    ),
    taskRef: LocalRef.optional().describe('The Task it is about.'),
    sessionRef: LocalRef.optional().describe('The Session it is about.'),
    action: text(1024)
      .optional()
      .describe('What is to be done, in words. For a Permission.'),
    tool: text(253)
      .optional()
      .describe('The tool function that is to be called.'),
    arguments: RawObject.optional().describe('Its arguments, secrets removed.'),
    reason: text(4096).optional().describe('Why the agent wants it.'),
    question: text(8192)
      .optional()
      .describe('What the agent wants to know. For a Question.'),
    choices: list(filled(1024), 64)
      .optional()
      .describe('Answers to choose from; any text by default.'),
    policyRef: LocalRef.optional().describe('The Policy that asks for it.'),
    rule: text(63).optional().describe('The rule of that Policy.'),
    message: text(1024)
      .optional()
      .describe('What the rule tells the approvers.'),
    requester: text(253)
      .optional()
      .describe('User or entity on whose behalf the agent works.'),
    approvers: setOf(EntityRef, 64)
      .optional()
      .describe(
        'Catalog entities who may decide; anyone with the right to patch Approvals, by default.',
      ),
    quorum: integer(1, 16)
      .default(1)
      .describe('How many approvers must agree.'),
    selfApproval: z
      .boolean()
      .default(false)
      .describe('Whether the requester may decide.'),
    expiresAt: Timestamp.optional().describe('When it ends undecided.'),
    onTimeout: z
      .enum(['Deny', 'Allow'])
      .default('Deny')
      .describe('What counts when nobody decided.'),
    remember: z
      .enum(['None', 'Session', 'Agent'])
      .default('None')
      .describe('For how long an approval also holds for the same call.'),
  }),
  siblings: {
    decision: Decision.optional().describe(
      'The decision; written once, by a person.',
    ),
  },
  rules: [
    {
      rule: 'self == oldSelf',
      message: 'spec cannot be changed; write the decision',
    },
    {
      rule: "self.type != 'Question' || has(self.question)",
      message: 'a Question needs question',
      holds: spec => spec.type !== 'Question' || spec.question !== undefined,
    },
    {
      rule: "self.type != 'Permission' || has(self.action) || has(self.tool)",
      message: 'a Permission needs action or tool',
      holds: spec =>
        spec.type !== 'Permission' ||
        spec.action !== undefined ||
        spec.tool !== undefined,
    },
    {
      rule: "!has(self.choices) || self.type == 'Question'",
      message: 'set choices only for a Question',
      holds: spec => spec.choices === undefined || spec.type === 'Question',
    },
  ],
  status: z.object({
    ...statusFields,
    phase: z
      .enum(['Pending', 'Approved', 'Rejected', 'Expired', 'Answered'])
      .optional()
      .describe('What came of it.'),
    decidedAt: Timestamp.optional().describe('When it was decided or expired.'),
    deliveredAt: Timestamp.optional().describe('When the agent was told.'),
    votes: list(
      z.object({
        user: filled(253).describe('The approver.'),
        approved: z.boolean().describe('What they decided.'),
        reason: text(4096).optional().describe('Why.'),
        at: Timestamp.describe('When.'),
      }),
      16,
    )
      .optional()
      .describe('Decisions so far, where more than one is needed.'),
    remaining: Count.optional().describe('How many more approvers must agree.'),
  }),
  columns: [
    column.phase,
    column.of('Type', '.spec.type'),
    column.of('Agent', '.spec.agentRef.name'),
    column.of('Action', '.spec.action'),
    column.of('Question', '.spec.question', { wide: true }),
    column.of('Tool', '.spec.tool', { wide: true }),
    column.of('Decided By', '.decision.decidedBy'),
    column.of('Expires', '.spec.expiresAt', { wide: true }),
    column.age,
  ],
  conditions: approvalConditions,
});
export type Approval = KindOf<typeof Approval>;
export type ApprovalDraft = DraftOf<typeof Approval>;
