import { isDeepStrictEqual } from 'node:util';
import type { Approval } from '@greenroom/kinds';
import type { RequestUser } from './AdmissionReview';
import { entityRefsOf, isClusterAdmin } from './entityRefsOf';
import { admitted, forbidden, invalidValue, type Verdict } from './Verdict';

/** A write to an Approval, as admission sees it. */
export interface ApprovalWrite {
  before?: Approval;
  after: Approval;
  user: RequestUser;
  /** Whether the operator itself writes. */
  isOperator: boolean;
  now: Date;
}

/** Puts the user and the time into a new decision, whatever the request says of them. */
export function stampDecision(write: ApprovalWrite): Verdict {
  const { before, after, user, now } = write;
  if (!after.decision || !isNewDecision(before, after)) return admitted;
  const stamped = {
    ...after.decision,
    decidedBy: user.username,
    decidedAt: now.toISOString().replace(/\.\d{3}Z$/, 'Z'),
  };
  return {
    admit: true,
    patch: [{ op: 'replace', path: '/decision', value: stamped }],
  };
}

/** Whether the decision may be made, by this user, now. */
export function reviewDecision(write: ApprovalWrite): Verdict {
  const { before, after, user, isOperator, now } = write;
  if (!before) {
    return after.decision
      ? forbidden(
          'An Approval is made undecided; write the decision afterwards.',
        )
      : admitted;
  }
  if (!isDeepStrictEqual(before.spec, after.spec)) {
    return {
      admit: false,
      because: 'invalid',
      problems: [
        {
          path: 'spec',
          message: 'Invalid value: spec cannot be changed; write the decision',
        },
      ],
    };
  }
  if (isDeepStrictEqual(before.decision, after.decision)) return admitted;
  // The operator takes a vote into the status and makes room for the next one.
  if (isOperator && !after.decision && isCounted(before)) return admitted;
  const name = `Approval "${after.metadata.name}"`;
  if (!after.decision)
    return forbidden(`${name} is decided; the decision cannot be removed.`);
  if (before.decision && !isCounted(before)) {
    return forbidden(
      `${name} was decided by ${before.decision.decidedBy} already; a decision is made once.`,
    );
  }
  const { phase } = before.status ?? {};
  const expiresAt = before.spec.expiresAt;
  if (
    phase === 'Expired' ||
    (expiresAt && Date.parse(expiresAt) <= now.getTime())
  ) {
    return forbidden(
      `${name} has expired${
        expiresAt ? ` at ${expiresAt}` : ''
      }; the agent went on without it.`,
    );
  }
  if (phase && phase !== 'Pending') {
    return forbidden(
      `${name} is ${phase.toLowerCase()} already; a decision is made once.`,
    );
  }
  return reviewApprover(before, user, name) ?? reviewContent(after);
}

function reviewApprover(
  approval: Approval,
  user: RequestUser,
  name: string,
): Verdict | undefined {
  const { approvers, requester, selfApproval } = approval.spec;
  const refs = entityRefsOf(user);
  const isRequester =
    requester !== undefined &&
    (requester === user.username || refs.has(requester.toLowerCase()));
  if (isRequester && !selfApproval) {
    return forbidden(
      `${name} was asked for on behalf of ${requester}, who may not decide it. Somebody else must.`,
    );
  }
  if (approval.status?.votes?.some(vote => vote.user === user.username)) {
    return forbidden(
      `${user.username} has voted on ${name} already; ${approval.spec.quorum} different people must agree.`,
    );
  }
  if (!approvers?.length || isClusterAdmin(user)) return undefined;
  if (approvers.some(ref => refs.has(ref.toLowerCase()))) return undefined;
  return forbidden(
    `${
      user.username
    } may not decide ${name}. Its approvers are ${approvers.join(', ')}.`,
  );
}

function reviewContent({ spec, decision }: Approval): Verdict {
  const { approved, answer, editedArguments } = decision!;
  const problems = [];
  if (spec.type === 'Question' && answer === undefined && approved !== false) {
    problems.push({
      path: 'decision.answer',
      message:
        'Required value: a Question needs an answer, or approved: false to refuse one',
    });
  }
  if (
    answer !== undefined &&
    spec.choices?.length &&
    !spec.choices.includes(answer)
  ) {
    problems.push(
      invalidValue(
        'decision.answer',
        answer,
        `must be one of ${spec.choices
          .map(choice => JSON.stringify(choice))
          .join(', ')}`,
      ),
    );
  }
  if (spec.type !== 'Question' && approved === undefined) {
    problems.push({
      path: 'decision.approved',
      message: 'Required value: a Permission is approved or not',
    });
  }
  if (editedArguments !== undefined && !(approved && spec.tool)) {
    problems.push({
      path: 'decision.editedArguments',
      message: 'Forbidden: only with approved: true, for a tool call',
    });
  }
  return problems.length
    ? { admit: false, because: 'invalid', problems }
    : admitted;
}

function isNewDecision(before: Approval | undefined, after: Approval): boolean {
  return !isDeepStrictEqual(before?.decision, after.decision);
}

/** Whether the decision is one vote of several that the operator has counted, so that another may follow. */
function isCounted({ spec, decision, status }: Approval): boolean {
  if (!decision || (spec.quorum ?? 1) < 2) return false;
  if (status?.phase && status.phase !== 'Pending') return false;
  return (status?.votes ?? []).some(
    vote => vote.user === decision.decidedBy && vote.at === decision.decidedAt,
  );
}
