import fc from 'fast-check';
import { compareQueueEntries, type QueueEntry } from './queueOrder';
import { TaskQueue } from './TaskQueue';

const anEntry = (uid: string, over: Partial<QueueEntry> = {}): QueueEntry => ({
  uid,
  namespace: 'default',
  name: uid,
  priority: 0,
  createdAtMs: 0,
  ...over,
});

const entries = fc.uniqueArray(
  fc.record({
    uid: fc.uuid(),
    namespace: fc.constant('default'),
    name: fc.stringMatching(/^[a-c]{1,2}$/),
    priority: fc.integer({ min: -2, max: 2 }),
    createdAtMs: fc.integer({ min: 0, max: 3 }),
  }),
  { selector: entry => entry.uid, maxLength: 40 },
);

describe('TaskQueue', () => {
  it('puts a higher priority before an older Task, and an older Task before a younger', () => {
    const queue = new TaskQueue();
    queue.enqueue(anEntry('young', { createdAtMs: 2 }));
    queue.enqueue(anEntry('old', { createdAtMs: 1 }));
    queue.enqueue(anEntry('urgent', { createdAtMs: 3, priority: 5 }));
    expect(queue.first(3).map(entry => entry.uid)).toEqual([
      'urgent',
      'old',
      'young',
    ]);
    expect(queue.position('young')).toBe(3);
  });

  it('moves a Task whose priority was raised', () => {
    const queue = new TaskQueue();
    queue.enqueue(anEntry('a'));
    queue.enqueue(anEntry('b'));
    queue.enqueue(anEntry('b', { priority: 1 }));
    expect(queue.first(2).map(entry => entry.uid)).toEqual(['b', 'a']);
    expect(queue.queued).toBe(2);
  });

  it('does not let a Task that holds a slot wait again', () => {
    const queue = new TaskQueue();
    queue.claim('a');
    queue.enqueue(anEntry('a'));
    expect(queue.queued).toBe(0);
    expect(queue.remove('a')).toBe(true);
    expect(queue.remove('a')).toBe(false);
    expect(queue.isEmpty).toBe(true);
  });

  it('orders any Tasks as sorting does, in whatever order they come and go', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat()), (all, leaving) => {
        const queue = new TaskQueue();
        for (const entry of all) queue.enqueue(entry);
        const gone = new Set(
          leaving.map(n => all[n % Math.max(1, all.length)]?.uid),
        );
        for (const uid of gone) if (uid) queue.remove(uid);
        const expected = all
          .filter(entry => !gone.has(entry.uid))
          .sort(compareQueueEntries);
        expect(queue.first(all.length)).toEqual(expected);
        expected.forEach((entry, index) =>
          expect(queue.position(entry.uid)).toBe(index + 1),
        );
      }),
    );
  });
});
