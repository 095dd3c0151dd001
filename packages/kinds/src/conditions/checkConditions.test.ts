import { Task } from '../kinds/Task';
import { checkConditions } from './checkConditions';

describe('checkConditions', () => {
  it('accepts what is in the closed list', () => {
    expect(
      checkConditions(Task, [
        { type: 'Failed', status: 'True', reason: 'TimedOut' },
      ]),
    ).toEqual([]);
  });

  it.each([
    [
      { type: 'Broken', status: 'True', reason: 'TimedOut' },
      'status.conditions[0].type',
    ],
    [
      { type: 'Failed', status: 'True', reason: 'Unlucky' },
      'status.conditions[0].reason',
    ],
    [
      { type: 'Failed', status: 'False', reason: 'TimedOut' },
      'status.conditions[0].status',
    ],
  ] as const)('refuses %j', (condition, path) => {
    expect(checkConditions(Task, [condition])).toEqual([
      { path, message: expect.any(String) },
    ]);
  });
});
