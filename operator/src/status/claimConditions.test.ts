import { claimConditions } from './claimConditions';

const since = '2026-01-01T00:00:00Z';
const before = [
  {
    type: 'Ready',
    status: 'False' as const,
    reason: 'Starting',
    message: 'x',
    lastTransitionTime: since,
  },
  {
    type: 'Gone',
    status: 'True' as const,
    reason: 'R',
    message: '',
    lastTransitionTime: since,
  },
];
const now = new Date('2026-02-02T03:04:05.678Z');

describe('claimConditions', () => {
  it('keeps the transition time while the status is the same, and drops what nobody claims', () => {
    expect(
      claimConditions(
        before,
        [{ type: 'Ready', status: 'False', reason: 'ImagePull', message: 'y' }],
        3,
        now,
      ),
    ).toEqual([
      {
        type: 'Ready',
        status: 'False',
        reason: 'ImagePull',
        message: 'y',
        lastTransitionTime: since,
        observedGeneration: 3,
      },
    ]);
  });

  it('stamps the time when the status changes, and sorts by type', () => {
    const conditions = claimConditions(
      before,
      [
        { type: 'Ready', status: 'True', reason: 'R', message: '' },
        { type: 'Able', status: 'True', reason: 'R', message: '' },
      ],
      undefined,
      now,
    );
    expect(conditions.map(c => [c.type, c.lastTransitionTime])).toEqual([
      ['Able', '2026-02-02T03:04:05Z'],
      ['Ready', '2026-02-02T03:04:05Z'],
    ]);
  });
});
