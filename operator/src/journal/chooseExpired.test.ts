import { chooseExpired } from './chooseExpired';

const limits = { maxAgeMs: 100, maxBytes: 30 };
const ended = (sessionId: string, endedAt: number) => ({
  sessionId,
  bytes: 10,
  endedAt,
});

describe('chooseExpired', () => {
  it('removes what is too old', () => {
    expect(
      chooseExpired([ended('old', 0), ended('new', 950)], limits, 1000),
    ).toEqual(['old']);
  });

  it('removes the oldest until the rest is small enough', () => {
    const sessions = [
      ended('c', 993),
      ended('a', 991),
      ended('d', 994),
      ended('b', 992),
      ended('e', 995),
    ];
    expect(chooseExpired(sessions, limits, 1000)).toEqual(['a', 'b']);
  });

  it('never removes one that goes on, however large', () => {
    const sessions = [{ sessionId: 'open', bytes: 1_000 }, ended('done', 999)];
    expect(chooseExpired(sessions, limits, 1000)).toEqual(['done']);
  });
});
