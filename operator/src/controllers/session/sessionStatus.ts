import { Session } from '@greenroom/kinds';
import type { SessionState } from '@greenroom/protocol';
import {
  claimConditions,
  toKubernetesTime,
  type ConditionClaim,
} from '../../status/claimConditions';
import type { SessionDecision } from './decideSession';
import { costUSD, sessionSummary, tokens } from './sessionSummary';

type SessionStatus = NonNullable<Session['status']>;

/** Facts that a Session's status tells besides the decision. */
export interface SessionFacts {
  readonly session: Session;
  readonly state: SessionState | undefined;
  readonly now: Date;
  readonly sessionId?: string;
  readonly jobName?: string;
  readonly podName?: string;
}

/** Longest answer in a status, in characters; the whole is in the session. */
const longestAnswer = 16_384;

const notEnded = claim('Ended', 'False', 'Open', 'The session is not over.');

/** The status that a decision leads to. */
export function sessionStatus(
  decision: SessionDecision,
  facts: SessionFacts,
): SessionStatus {
  const { session, now } = facts;
  const { generation } = session.metadata;
  const before = session.status ?? {};
  const base = followed(facts);
  const conditions = (claims: ConditionClaim[]) =>
    claimConditions(before.conditions, claims, generation, now);
  const notReady = (reason: string, message: string) =>
    conditions([
      claim('Ready', 'False', reason, message),
      notEnded,
      awaiting(facts.state),
    ]);
  switch (decision.act) {
    case 'await':
      return {
        ...base,
        phase: 'Pending',
        conditions: notReady(decision.reason, decision.message),
      };
    case 'wait':
      return {
        ...base,
        phase: 'Queued',
        conditions: notReady(decision.reason, decision.message),
      };
    case 'start':
      return {
        ...base,
        phase: 'Starting',
        session: { id: facts.sessionId ?? '', title: titleOf(session) },
        startTime: toKubernetesTime(now),
        conditions: notReady('Starting', 'The session is being opened.'),
      };
    case 'open':
      return {
        ...base,
        phase: decision.phase,
        conditions: notReady(
          'Starting',
          decision.trouble ?? 'The session is being opened.',
        ),
      };
    case 'rest':
      return {
        ...base,
        phase: 'Suspended',
        conditions: notReady(
          'Suspended',
          'The session is put aside; a message wakes it.',
        ),
      };
    case 'follow':
      return {
        ...base,
        phase: decision.phase,
        conditions: conditions([
          claim('Ready', 'True', 'Open', 'The session is open.'),
          notEnded,
          awaiting(facts.state),
        ]),
      };
    case 'settle':
      return {
        ...base,
        phase: decision.phase,
        completionTime: toKubernetesTime(
          facts.state?.endedAt ? new Date(facts.state.endedAt) : now,
        ),
        result: {
          reason: decision.reason.slice(0, 256),
          message: decision.message.slice(0, 4096),
        },
        conditions: conditions([
          claim(
            'Ready',
            'False',
            'Ended',
            'The session ended; the condition Ended says how.',
          ),
          claim('Ended', 'True', endReason(decision.reason), decision.message),
          awaiting(undefined),
        ]),
      };
    default:
      return before;
  }
}

/** What the session's events say, in its status. */
function followed({
  session,
  state,
  jobName,
  podName,
}: SessionFacts): SessionStatus {
  const before = session.status ?? {};
  const answer = state?.answer;
  const cost = state && costUSD(state.usage);
  const lastActivity = state?.turn?.endedAt ?? state?.turn?.startedAt;
  const id = before.session?.id;
  return {
    observedGeneration: session.metadata.generation,
    ...(id
      ? {
          session: state
            ? sessionSummary(id, state, state.title ?? titleOf(session))
            : before.session,
        }
      : {}),
    ...(before.startTime ? { startTime: before.startTime } : {}),
    ...(jobName ?? before.jobName
      ? { jobName: jobName ?? before.jobName }
      : {}),
    ...(podName ?? before.podName
      ? { podName: podName ?? before.podName }
      : {}),
    ...(lastActivity
      ? { lastActivityTime: toKubernetesTime(new Date(lastActivity)) }
      : {}),
    ...(state
      ? {
          pending: {
            approvals: state.pending.filter(({ type }) => type === 'Permission')
              .length,
            questions: state.pending.filter(({ type }) => type === 'Question')
              .length,
          },
          ...(state.status
            ? { lastStatus: state.status.text.slice(0, 1024) }
            : {}),
          ...(state.usage.calls > 0
            ? {
                usage: {
                  tokens: tokens(state.usage),
                  calls: state.usage.calls,
                  ...(cost === undefined ? {} : { costUSD: cost }),
                },
              }
            : {}),
        }
      : {}),
    ...(answer === undefined ? {} : { answer: answer.slice(0, longestAnswer) }),
  };
}

/** Title of a Session: its own, or the first line of its first message. */
export function titleOf({ metadata, spec }: Session): string {
  if (spec.title) return spec.title;
  const line = (spec.prompt ?? '').split('\n').find(each => each.trim() !== '');
  return (line ?? metadata.name).trim().slice(0, 120);
}

function awaiting(state: SessionState | undefined): ConditionClaim {
  const [request] = state?.pending ?? [];
  if (!request)
    return claim(
      'AwaitingPerson',
      'False',
      'NotWaiting',
      'It waits for nobody.',
    );
  const approval = request.approval
    ? ` Answer Approval "${request.approval}".`
    : '';
  return request.type === 'Permission'
    ? claim(
        'AwaitingPerson',
        'True',
        'Approval',
        `The agent asks to be allowed: ${request.subject}.${approval}`,
      )
    : claim(
        'AwaitingPerson',
        'True',
        'Question',
        `The agent asks: ${request.subject}${approval}`,
      );
}

function endReason(reason: string): string {
  return Object.hasOwn(Session.conditions.Ended.reasons, reason)
    ? reason
    : 'RuntimeFailed';
}

function claim(
  type: string,
  status: ConditionClaim['status'],
  reason: string,
  message: string,
): ConditionClaim {
  return { type, status, reason, message };
}
