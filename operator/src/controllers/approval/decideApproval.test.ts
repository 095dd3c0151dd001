import { Approval } from '@greenroom/kinds';
import { decisionOf } from './ApprovalDesk';
import { decideApproval, type ApprovalSnapshot } from './decideApproval';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const at = '2026-01-01T12:00:00Z';

function anApproval(
  spec: object = {},
  decision?: Approval['decision'],
  status?: Approval['status'],
  annotations?: object,
): Approval {
  return {
    apiVersion: Approval.apiVersion,
    kind: 'Approval',
    metadata: {
      name: 'a',
      namespace: 'team',
      uid: 'u',
      ...(annotations ? { annotations } : {}),
    },
    spec: Approval.spec.parse({
      sessionID: 's',
      requestID: 'r',
      action: 'write',
      expiresAt: '2026-01-01T13:00:00Z',
      ...spec,
    }),
    ...(decision ? { decision } : {}),
    ...(status ? { status } : {}),
  } as unknown as Approval;
}
const aSnapshot = (
  approval: Approval,
  over: Partial<ApprovalSnapshot> = {},
): ApprovalSnapshot => ({
  approval,
  session: 'Waiting',
  isConnected: true,
  nowMs,
  ...over,
});
const yes = (user: string) => ({
  approved: true,
  decidedBy: user,
  decidedAt: at,
});
const no = (user: string) => ({
  approved: false,
  decidedBy: user,
  decidedAt: at,
  reason: 'too risky',
});
const question = { type: 'Question', action: undefined, question: 'Which?' };

describe('decideApproval', () => {
  it.each<[string, ApprovalSnapshot, object]>([
    [
      'waits until it expires',
      aSnapshot(anApproval()),
      { act: 'wait', untilMs: Date.parse('2026-01-01T13:00:00Z') },
    ],
    [
      'is approved',
      aSnapshot(anApproval({}, yes('ada'))),
      { act: 'settle', phase: 'Approved' },
    ],
    [
      'is rejected with the reason',
      aSnapshot(anApproval({}, no('ada'))),
      {
        act: 'settle',
        phase: 'Rejected',
        message: 'Refused by ada: too risky',
      },
    ],
    [
      'counts the first of two votes, and makes room',
      aSnapshot(anApproval({ quorum: 2 }, yes('ada'))),
      { act: 'count', votes: [{ user: 'ada' }] },
    ],
    [
      'is approved by the second',
      aSnapshot(
        anApproval({ quorum: 2 }, yes('bob'), {
          phase: 'Pending',
          votes: [{ user: 'ada', approved: true, at }],
        }),
      ),
      { act: 'settle', phase: 'Approved', message: 'Approved by ada, bob.' },
    ],
    [
      'never counts one person twice',
      aSnapshot(
        anApproval({ quorum: 2 }, yes('ada'), {
          phase: 'Pending',
          votes: [{ user: 'ada', approved: true, at }],
        }),
      ),
      { act: 'count' },
    ],
    [
      'is rejected by one of many',
      aSnapshot(
        anApproval({ quorum: 3 }, no('bob'), {
          phase: 'Pending',
          votes: [{ user: 'ada', approved: true, at }],
        }),
      ),
      { act: 'settle', phase: 'Rejected' },
    ],
    [
      'expires',
      aSnapshot(anApproval({ expiresAt: at })),
      { act: 'settle', phase: 'Expired', reason: 'Expired' },
    ],
    [
      'is withdrawn with its session',
      aSnapshot(anApproval(), { session: 'Settled' }),
      { act: 'settle', reason: 'Withdrawn' },
    ],
    [
      'is answered',
      aSnapshot(anApproval(question, { answer: 'main', decidedBy: 'ada' })),
      { act: 'settle', phase: 'Answered' },
    ],
    [
      'is left unanswered on purpose',
      aSnapshot(anApproval(question, no('ada'))),
      { act: 'settle', phase: 'Rejected' },
    ],
    [
      'is told to the agent',
      aSnapshot(anApproval({}, yes('ada'), { phase: 'Approved' })),
      { act: 'deliver' },
    ],
    [
      'is told again while the session still waits',
      aSnapshot(
        anApproval({}, yes('ada'), { phase: 'Approved', deliveredAt: at }),
      ),
      { act: 'deliver' },
    ],
    [
      'is told to nobody who is not there',
      aSnapshot(anApproval({}, yes('ada'), { phase: 'Approved' }), {
        isConnected: false,
      }),
      { act: 'none' },
    ],
    [
      'is done when it was told',
      aSnapshot(
        anApproval({}, yes('ada'), { phase: 'Approved', deliveredAt: at }),
        { session: 'Unknown' },
      ),
      { act: 'none' },
    ],
  ])('%s', (_, snapshot, decision) => {
    expect(decideApproval(snapshot)).toMatchObject(decision);
  });
});

describe('decisionOf', () => {
  it.each([
    [
      anApproval({ onTimeout: 'Deny' }, undefined, { phase: 'Expired' }),
      { approved: false, expired: true },
    ],
    [
      anApproval({ onTimeout: 'Allow' }, undefined, { phase: 'Expired' }),
      { approved: true, expired: true },
    ],
    [
      anApproval(
        question,
        undefined,
        { phase: 'Expired' },
        { 'greenroom.dev/default-answer': 'main' },
      ),
      { approved: false, expired: true, answer: 'main' },
    ],
    [
      anApproval(question, { answer: 'next' }, { phase: 'Answered' }),
      { approved: true, answer: 'next' },
    ],
  ])('tells what counts %#', (approval, decision) => {
    expect(decisionOf(approval)).toMatchObject(decision);
  });
});
