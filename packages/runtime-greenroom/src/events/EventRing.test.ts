import { EventRing } from './EventRing';

function event(text: string) {
  return {
    event_id: text,
    type: 'agent.text',
    session_id: 's',
    payload: { text },
  };
}

describe('EventRing', () => {
  it('gives a reader what came after its position', () => {
    const ring = new EventRing({ events: 10, bytes: 10_000 });
    for (const text of ['a', 'b', 'c']) ring.append(event(text));
    expect(ring.after(1).entries.map(entry => entry.event.event_id)).toEqual([
      'b',
      'c',
    ]);
    expect(ring.after(0).lost).toBe(0);
  });

  it('says how many events a reader missed for good', () => {
    const ring = new EventRing({ events: 2, bytes: 10_000 });
    for (const text of ['a', 'b', 'c', 'd']) ring.append(event(text));
    expect(ring.after(1)).toMatchObject({ lost: 1 });
    expect(ring.after(2)).toMatchObject({ lost: 0 });
    expect(ring.after(4)).toEqual({ entries: [], lost: 0 });
  });

  it('is bounded in bytes, and keeps the newest event however large', () => {
    const ring = new EventRing({ events: 100, bytes: 500 });
    ring.append(event('a'));
    ring.append(event('b'.repeat(1_000)));
    expect(ring.after(0).entries).toHaveLength(1);
    expect(ring.after(0).lost).toBe(1);
  });
});
