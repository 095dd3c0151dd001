import fc from 'fast-check';
import { WorkQueue } from './WorkQueue';

describe('WorkQueue', () => {
  it('gives a key once however often it was added', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
    expect(queue.size).toBe(0);
    queue.shutDown();
  });

  it('gives a key again that was added while it was worked on, and not before that ended', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');
    expect(queue.size).toBe(0);
    queue.done('a');
    expect(await queue.take()).toBe('a');
    queue.shutDown();
  });

  it('gives higher priorities first, and raises a waiting key', async () => {
    const queue = new WorkQueue();
    queue.add('low');
    queue.add('raised');
    queue.add('high', { priority: 5 });
    queue.add('raised', { priority: 9 });
    expect([
      await queue.take(),
      await queue.take(),
      await queue.take(),
    ]).toEqual(['raised', 'high', 'low']);
    queue.shutDown();
  });

  it('wakes whoever waits, and all of them at the end', async () => {
    const queue = new WorkQueue();
    const first = queue.take();
    const second = queue.take();
    queue.add('a');
    expect(await first).toBe('a');
    queue.shutDown();
    expect(await second).toBeUndefined();
    expect(await queue.take()).toBeUndefined();
  });

  it('of several delays of a key keeps the earliest, and forgets it when the key comes by itself', async () => {
    const queue = new WorkQueue();
    queue.addAfter('a', 100_000);
    queue.addAfter('a', 1);
    expect(await queue.take()).toBe('a');
    queue.done('a');
    queue.addAfter('a', 100_000);
    queue.add('a');
    expect(queue.delayedCount).toBe(0);
    queue.shutDown();
  });

  it('backs off longer with each failure of a key, up to the limit, until it is forgotten', () => {
    const queue = new WorkQueue({
      backOff: { baseMs: 10, maxMs: 1_000 },
      random: () => 1,
    });
    const delays = Array.from({ length: 10 }, () => queue.addRateLimited('a'));
    expect(delays.slice(0, 3)).toEqual([10, 20, 40]);
    expect(delays.at(-1)).toBe(1_000);
    expect(queue.addRateLimited('b')).toBe(10);
    queue.forget('a');
    expect(queue.addRateLimited('a')).toBe(10);
    queue.shutDown();
  });

  it('loses no key and gives none to two workers, in any order of calls', async () => {
    const step = fc.record({
      act: fc.constantFrom('add', 'take', 'done'),
      key: fc.constantFrom('a', 'b', 'c'),
      priority: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const queue = new WorkQueue();
        const working = new Set<string>();
        /** Added and not yet taken since. */
        const owed = new Set<string>();
        const wrong: string[] = [];
        for (const { act, key, priority } of steps) {
          if (act === 'add') {
            queue.add(key, { priority });
            owed.add(key);
          } else if (act === 'take' && queue.size) {
            const taken = (await queue.take())!;
            // Never one that another worker has, nor one that nobody asked for.
            if (working.has(taken) || !owed.delete(taken)) wrong.push(taken);
            working.add(taken);
          } else if (act === 'done' && working.delete(key)) {
            queue.done(key);
          }
        }
        for (const key of working) queue.done(key);
        expect(wrong).toEqual([]);
        expect(queue.size).toBe(owed.size);
        queue.shutDown();
      }),
    );
  });
});
