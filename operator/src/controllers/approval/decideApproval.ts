import type { Approval } from '@greenroom/kinds';
import type { ConditionClaim } from '../../status/claimConditions';

type ApprovalStatus = NonNullable<Approval['status']>;
type Vote = NonNullable<ApprovalStatus['votes']>[number];
export type DecidedPhase = 'Approved' | 'Rejected' | 'Expired' | 'Answered';

/** Everything that decides what happens to an Approval next. */
export interface ApprovalSnapshot {
  readonly approval: Approval;
  /** Whether the session still waits for it; unknown until something of the session is known. */
  readonly session: 'Waiting' | 'Settled' | 'Unknown';
  readonly isConnected: boolean;
  readonly nowMs: number;
}

/** What to do with an Approval next. Times are milliseconds since 1970. */
export type ApprovalDecision =
  | {
      readonly act: 'wait';
      readonly untilMs?: number;
      readonly votes: readonly Vote[];
    }
  /** A vote is counted; the field is free for the next approver. */
  | {
      readonly act: 'count';
      readonly votes: readonly Vote[];
      readonly untilMs?: number;
    }
  | {
      readonly act: 'settle';
      readonly phase: DecidedPhase;
      readonly reason: string;
      readonly message: string;
      readonly votes: readonly Vote[];
    }
  | { readonly act: 'deliver' }
  | { readonly act: 'none' };

/** The judgement over one Approval. */
export function decideApproval(snapshot: ApprovalSnapshot): ApprovalDecision {
  const { approval, session, nowMs } = snapshot;
  const { status } = approval;
  if (status?.phase && status.phase !== 'Pending')
    return decideDelivery(snapshot);
  const votes = votesOf(approval);
  const verdict = verdictOf(approval, votes);
  if (verdict) return { act: 'settle', ...verdict, votes };
  if (session === 'Settled') {
    return {
      act: 'settle',
      phase: 'Expired',
      reason: 'Withdrawn',
      message: 'The session no longer waits for it.',
      votes,
    };
  }
  const untilMs = approval.spec.expiresAt
    ? Date.parse(approval.spec.expiresAt)
    : undefined;
  if (untilMs !== undefined && untilMs <= nowMs) {
    const message = `Nobody decided in time; ${consequenceOf(approval)}.`;
    return {
      act: 'settle',
      phase: 'Expired',
      reason: 'Expired',
      message,
      votes,
    };
  }
  return {
    act: approval.decision && votes.length > 0 ? 'count' : 'wait',
    votes,
    ...(untilMs === undefined ? {} : { untilMs }),
  };
}

function consequenceOf({ spec }: Approval): string {
  if (spec.type === 'Question') return 'the agent goes on without an answer';
  return spec.onTimeout === 'Allow' ? 'it is allowed' : 'it is denied';
}

function decideDelivery({
  approval,
  session,
  isConnected,
}: ApprovalSnapshot): ApprovalDecision {
  const { status } = approval;
  if (session === 'Settled' || !isConnected) return { act: 'none' };
  // Told before and still waited for: the telling was lost with its connection.
  return status?.deliveredAt && session !== 'Waiting'
    ? { act: 'none' }
    : { act: 'deliver' };
}

/** Votes so far, the one that stands in the decision included. A user votes once. */
function votesOf({ decision, status, spec }: Approval): Vote[] {
  const votes = [...(status?.votes ?? [])];
  if (spec.type === 'Question' || decision?.approved === undefined)
    return votes;
  const user = decision.decidedBy ?? 'unknown';
  if (votes.some(vote => vote.user === user)) return votes;
  return [
    ...votes,
    {
      user,
      approved: decision.approved,
      ...(decision.reason ? { reason: decision.reason } : {}),
      at: decision.decidedAt ?? '1970-01-01T00:00:00Z',
    },
  ];
}

function verdictOf(
  { spec, decision }: Approval,
  votes: readonly Vote[],
): { phase: DecidedPhase; reason: string; message: string } | undefined {
  if (spec.type === 'Question') {
    if (decision?.approved === false) {
      return {
        phase: 'Rejected',
        reason: 'Rejected',
        message: `${decision.decidedBy ?? 'Somebody'} gave no answer${
          decision.reason ? `: ${decision.reason}` : '.'
        }`,
      };
    }
    if (decision?.answer === undefined) return undefined;
    return {
      phase: 'Answered',
      reason: 'Answered',
      message: `Answered by ${decision.decidedBy ?? 'unknown'}.`,
    };
  }
  const refusal = votes.find(({ approved }) => !approved);
  if (refusal) {
    return {
      phase: 'Rejected',
      reason: 'Rejected',
      message: `Refused by ${refusal.user}${
        refusal.reason ? `: ${refusal.reason}` : '.'
      }`,
    };
  }
  const approvals = votes.filter(({ approved }) => approved);
  if (approvals.length === 0 || approvals.length < spec.quorum)
    return undefined;
  return {
    phase: 'Approved',
    reason: 'Approved',
    message: `Approved by ${approvals.map(({ user }) => user).join(', ')}.`,
  };
}

/** What an Approval's conditions say while nothing is decided. */
export function waitingClaims(
  remaining: number,
  quorum: number,
): ConditionClaim[] {
  return [
    remaining < quorum
      ? {
          type: 'Decided',
          status: 'False',
          reason: 'QuorumPending',
          message: `${remaining} more must agree.`,
        }
      : {
          type: 'Decided',
          status: 'False',
          reason: 'Waiting',
          message: 'It waits for a decision.',
        },
    {
      type: 'Delivered',
      status: 'False',
      reason: 'Pending',
      message: 'There is nothing to tell yet.',
    },
  ];
}
