import fc from 'fast-check';
import { ChunkBuffer, mostChunks, type ChunkEntry } from './ChunkBuffer';

describe('ChunkBuffer', () => {
  it('joins what continues one answer, and keeps different things apart', () => {
    const buffer = new ChunkBuffer();
    buffer.add('response', 'Hel');
    buffer.add('response', 'lo');
    buffer.add('tool_call', 'a');
    buffer.add('tool_call', 'b');
    expect(buffer.flush(0)?.entries).toEqual([
      { sequence: 1, type: 'response', content: 'Hello' },
      { sequence: 2, type: 'tool_call', content: 'a' },
      { sequence: 3, type: 'tool_call', content: 'b' },
    ]);
  });

  it('is due at once at first, then after 250 ms, and at once when it holds 64 KiB', () => {
    const buffer = new ChunkBuffer();
    expect(buffer.dueAt(1_000)).toBeUndefined();
    buffer.add('response', 'x');
    expect(buffer.dueAt(1_000)).toBe(1_000);
    buffer.flush(1_000);
    buffer.add('response', 'y');
    expect(buffer.dueAt(1_001)).toBe(1_250);
    buffer.add('response', 'z'.repeat(65_536));
    expect(buffer.dueAt(1_002)).toBe(1_002);
  });

  it('goes on counting after a restart, and stops at the limit', () => {
    const buffer = new ChunkBuffer(mostChunks - 1, 41);
    buffer.add('info', 'last');
    expect(buffer.flush(0)).toEqual({
      entries: [{ sequence: 42, type: 'info', content: 'last' }],
      truncated: true,
    });
    buffer.add('info', 'lost');
    expect(buffer.flush(1)).toBeUndefined();
  });

  it('loses nothing and changes no order before the limit', () => {
    const pieces = fc.array(
      fc.tuple(
        fc.constantFrom(
          'response' as const,
          'thinking' as const,
          'info' as const,
        ),
        fc.string({ minLength: 1 }),
        fc.boolean(),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(pieces, all => {
        const buffer = new ChunkBuffer();
        const out: ChunkEntry[] = [];
        let now = 0;
        for (const [type, content, flushes] of all) {
          buffer.add(type, content);
          if (flushes) out.push(...(buffer.flush((now += 300))?.entries ?? []));
        }
        out.push(...(buffer.flush((now += 300))?.entries ?? []));
        for (const type of ['response', 'thinking', 'info'] as const) {
          const given = all
            .filter(([each]) => each === type)
            .map(([, content]) => content)
            .join('');
          expect(
            out
              .filter(entry => entry.type === type)
              .map(({ content }) => content)
              .join(''),
          ).toBe(given);
        }
        out.forEach(({ sequence }, index) => expect(sequence).toBe(index + 1));
      }),
    );
  });
});
