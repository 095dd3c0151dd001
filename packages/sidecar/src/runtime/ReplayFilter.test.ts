import fc from 'fast-check';
import { ReplayFilter } from './ReplayFilter';

const read = (filter: ReplayFilter<string>, keys: string[]) =>
  keys.flatMap(key => filter.offer(key, key));

describe('ReplayFilter', () => {
  it('passes everything on a first connection', () => {
    expect(read(new ReplayFilter(10), ['a', 'a', 'b'])).toEqual([
      'a',
      'a',
      'b',
    ]);
  });

  it('drops a whole replay and passes what follows it', () => {
    const filter = new ReplayFilter<string>(10);
    read(filter, ['a', 'b', 'a']);
    filter.reconnected();
    expect(read(filter, ['a', 'b', 'a', 'c'])).toEqual(['c']);
  });

  it('passes everything of a runtime that started anew', () => {
    const filter = new ReplayFilter<string>(10);
    read(filter, ['start', 'a', 'b']);
    filter.reconnected();
    expect(read(filter, ['start', 'x'])).toEqual(['start', 'x']);
  });

  it('gives back what it held when nothing follows', () => {
    const filter = new ReplayFilter<string>(10);
    read(filter, ['a', 'b', 'c']);
    filter.reconnected();
    expect(read(filter, ['a', 'b'])).toEqual([]);
    expect(filter.isUndecided).toBe(true);
    expect(filter.settle()).toEqual(['a', 'b']);
    expect(filter.isUndecided).toBe(false);
  });

  it('loses and repeats nothing when each connection replays the history’s end, for distinct events', () => {
    const ring = 8;
    fc.assert(
      fc.property(
        fc.array(fc.record({ before: fc.nat(3), away: fc.nat(3) }), {
          maxLength: 8,
        }),
        rounds => {
          const filter = new ReplayFilter<string>(ring * 2);
          const emitted: string[] = [];
          const seen: string[] = [];
          const emit = (count: number) => {
            for (let index = 0; index < count; index++)
              emitted.push(`e${emitted.length}`);
          };
          for (const { before, away } of rounds) {
            const live = emitted.length;
            emit(before);
            seen.push(...read(filter, emitted.slice(live)));
            emit(away);
            filter.reconnected();
            seen.push(
              ...read(filter, emitted.slice(-ring)),
              ...filter.settle(),
            );
          }
          expect(seen).toEqual(emitted);
        },
      ),
    );
  });
});
