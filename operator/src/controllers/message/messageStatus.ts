import { Message } from '@greenroom/kinds';
import type { SessionState, TurnState } from '@greenroom/protocol';
import {
  claimConditions,
  toKubernetesTime,
  type ConditionClaim,
} from '../../status/claimConditions';
import { costUSD, tokens } from '../session/sessionSummary';
import type { MessageDecision } from './decideMessage';

type MessageStatus = NonNullable<Message['status']>;

/** Facts that a Message's status tells besides the decision. */
export interface MessageFacts {
  readonly message: Message;
  /** State of the session, while its turn is the one of this Message. */
  readonly state?: SessionState;
  readonly now: Date;
  readonly sessionId?: string;
  readonly chunks?: { readonly count: number; readonly truncated: boolean };
}

const inProgress: ConditionClaim[] = [
  claim('Completed', 'False', 'InProgress', 'The answer is not complete yet.'),
  claim('Failed', 'False', 'InProgress', 'The message has not ended.'),
];

/** Longest answer in a status, in characters; the bound of the kind. */
const longestResponse = 65_536;

/** The status that a decision leads to. */
export function messageStatus(
  decision: MessageDecision,
  facts: MessageFacts,
): MessageStatus {
  const { message, now, state } = facts;
  const before = message.status ?? {};
  const turn = state?.turn;
  const sessionID = facts.sessionId ?? before.sessionID;
  const base: MessageStatus = {
    observedGeneration: message.metadata.generation,
    ...(sessionID ? { sessionID } : {}),
    ...delivered(turn, before),
    ...(facts.chunks && facts.chunks.count > 0
      ? {
          chunks: facts.chunks.count,
          ...(facts.chunks.truncated ? { chunksTruncated: true } : {}),
        }
      : {}),
  };
  const conditions = (claims: ConditionClaim[]) =>
    claimConditions(
      before.conditions,
      claims,
      message.metadata.generation,
      now,
    );
  switch (decision.act) {
    case 'await':
      return {
        ...base,
        phase: 'Pending',
        conditions: conditions([
          claim('Delivered', 'False', decision.reason, decision.message),
          ...inProgress,
        ]),
      };
    case 'wait':
      return {
        ...base,
        phase: 'Queued',
        conditions: conditions([
          claim('Delivered', 'False', decision.reason, decision.message),
          ...inProgress,
        ]),
      };
    case 'deliver':
      return {
        ...base,
        phase: 'Queued',
        conditions: conditions([
          claim(
            'Delivered',
            'False',
            'Pending',
            'It is on its way to the runtime.',
          ),
          ...inProgress,
        ]),
      };
    case 'run':
      return {
        ...base,
        phase:
          state && state.pending.length > 0 ? 'AwaitingApproval' : 'Running',
        conditions: conditions([
          claim('Delivered', 'True', 'Delivered', 'The runtime took it.'),
          ...inProgress,
        ]),
      };
    case 'settle':
      return {
        ...base,
        ...settled(decision, facts),
        conditions: conditions(
          endClaims(decision, base.deliveredAt !== undefined),
        ),
      };
    default:
      return before;
  }
}

function delivered(
  turn: TurnState | undefined,
  { turnID, deliveredAt }: MessageStatus,
): MessageStatus {
  if (turn)
    return {
      turnID: turn.id,
      deliveredAt: toKubernetesTime(new Date(turn.startedAt)),
    };
  return {
    ...(turnID ? { turnID } : {}),
    ...(deliveredAt ? { deliveredAt } : {}),
  };
}

function settled(
  { phase, reason, message }: Extract<MessageDecision, { act: 'settle' }>,
  { state, now }: MessageFacts,
): MessageStatus {
  const answer = state?.turn?.answer;
  const cost = state && costUSD(state.usage);
  return {
    phase,
    completionTime: toKubernetesTime(
      state?.turn?.endedAt ? new Date(state.turn.endedAt) : now,
    ),
    ...(answer === undefined ? {} : responseOf(answer, state?.sessionId ?? '')),
    ...(state && state.usage.calls > 0
      ? {
          usage: {
            tokens: tokens(state.usage),
            calls: state.usage.calls,
            ...(cost === undefined ? {} : { costUSD: cost }),
          },
        }
      : {}),
    ...(phase === 'Completed'
      ? {}
      : {
          error: {
            reason: reason.slice(0, 256),
            message: message.slice(0, 4096),
          },
        }),
  };
}

function responseOf(
  answer: string,
  sessionId: string,
): Pick<MessageStatus, 'response' | 'responseTruncated'> {
  if (answer.length <= longestResponse) return { response: answer };
  const rest = `\n\n[The rest is in session ${sessionId}: greenroom sessions show ${sessionId}]`;
  return {
    response: answer.slice(0, longestResponse - rest.length) + rest,
    responseTruncated: true,
  };
}

function endClaims(
  { phase, reason, message }: Extract<MessageDecision, { act: 'settle' }>,
  wasDelivered: boolean,
): ConditionClaim[] {
  const failure = Object.hasOwn(Message.conditions.Failed.reasons, reason)
    ? reason
    : 'RuntimeFailed';
  const delivery = wasDelivered
    ? claim('Delivered', 'True', 'Delivered', 'The runtime took it.')
    : claim(
        'Delivered',
        'False',
        Object.hasOwn(Message.conditions.Delivered.reasons, reason)
          ? reason
          : 'NotDelivered',
        message,
      );
  return phase === 'Completed'
    ? [
        delivery,
        claim('Completed', 'True', 'Completed', message),
        claim('Failed', 'False', 'Completed', message),
      ]
    : [
        delivery,
        claim('Completed', 'False', 'Failed', message),
        claim('Failed', 'True', failure, message),
      ];
}

function claim(
  type: string,
  status: ConditionClaim['status'],
  reason: string,
  message: string,
): ConditionClaim {
  return { type, status, reason, message };
}
