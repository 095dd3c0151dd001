import { activityOf } from './activity';

const at = (text: string) => Date.parse(text) / 1000;

describe('activityOf', () => {
  it('takes steps that suit the age, empty ones included', () => {
    expect(
      activityOf([
        at('2025-11-30T00:00:00Z'),
        at('2026-03-01T23:00:00Z'),
        at('2026-03-02T00:00:00Z'),
      ]),
    ).toEqual({
      unit: 'day',
      steps: expect.arrayContaining([
        ['2025-11-30', 1],
        ['2026-01-15', 0],
        ['2026-03-02', 1],
      ]),
    });
    expect(
      activityOf([at('2025-01-31T12:00:00Z'), at('2025-12-01T00:00:00Z')])
        .steps,
    ).toHaveLength(12);
    expect(
      activityOf([at('2026-03-01T10:59:00Z'), at('2026-03-01T12:00:00Z')]),
    ).toEqual({
      unit: 'hour',
      steps: [
        ['2026-03-01T10', 1],
        ['2026-03-01T11', 0],
        ['2026-03-01T12', 1],
      ],
    });
  });
});
