import { no, yes } from './reasons';

/** The conditions of an Approval, with every reason they can have. */
export const approvalConditions = {
  Decided: {
    doc: 'The approval has its decision, or ended without one.',
    reasons: {
      Approved: yes('It was approved.'),
      Rejected: yes('It was refused.'),
      Answered: yes('The question was answered.'),
      Expired: yes('Nobody decided in time; onTimeout says what counts.'),
      Withdrawn: yes('The session no longer waits for it.'),
      Waiting: no(
        'It waits for a decision.',
        'Decide it with kubectl patch, the portal or greenroom approvals.',
      ),
      QuorumPending: no(
        'More approvers must agree.',
        'Another approver decides.',
      ),
    },
  },
  Delivered: {
    doc: 'The agent knows the decision.',
    reasons: {
      Delivered: yes('The agent was told.'),
      Pending: no('There is nothing to tell yet.'),
      Waiting: no(
        'The agent’s sidecar is not connected; it is told as soon as it is.',
      ),
      SessionEnded: no('The session ended first.'),
    },
  },
};
