import fc from 'fast-check';
import { HeldSession } from '../log/HeldSession';
import { Outbox } from './Outbox';

const opening = (session_id: string) => ({ session_id } as never);
const aSession = (id = 's') =>
  new HeldSession(opening(id), 1, 0, 'h0', 0, 'open');
const addEntry = (session: HeldSession, bytes = 100) => {
  session.seq += 1;
  session.unacked.push({
    epoch: 1,
    entry: { seq: session.seq, body: 'x'.repeat(bytes), salt: '', hash: '' },
  });
};
const acknowledge = (outbox: Outbox, session: HeldSession, seq: number) => {
  session.acked = seq;
  while (session.unacked[0]?.entry.seq <= seq) session.unacked.shift();
  outbox.acknowledged(session.id, seq);
};

describe('Outbox', () => {
  it('sends only what is on the disk', () => {
    const outbox = new Outbox();
    const session = aSession();
    addEntry(session);
    addEntry(session);
    expect(outbox.next(session)).toBeUndefined();
    outbox.durable(session, 1);
    expect(outbox.next(session)?.entries.map(({ seq }) => seq)).toEqual([1]);
    expect(outbox.next(session)).toBeUndefined();
  });

  it('sends again on a new connection what was not acknowledged', () => {
    const outbox = new Outbox();
    const session = aSession();
    for (let index = 0; index < 3; index++) addEntry(session);
    outbox.durable(session, 3);
    outbox.next(session);
    acknowledge(outbox, session, 1);
    outbox.restart([session]);
    expect(outbox.next(session)?.entries.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('stops at the window and goes on with each acknowledgement, but never holds a large entry for ever', () => {
    const outbox = new Outbox();
    const session = aSession();
    for (let index = 0; index < 60; index++) addEntry(session, 100_000);
    outbox.durable(session, 60);
    const sent: number[] = [];
    for (let batch = outbox.next(session); batch; batch = outbox.next(session))
      sent.push(...batch.entries.map(({ seq }) => seq));
    expect(sent.length).toBeLessThan(60);
    while (sent.length < 60) {
      acknowledge(outbox, session, sent[sent.length - 1]);
      for (
        let batch = outbox.next(session);
        batch;
        batch = outbox.next(session)
      )
        sent.push(...batch.entries.map(({ seq }) => seq));
    }
    expect(sent).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });

  it('lets the operator have every entry once and in order, whatever breaks when', () => {
    const step = fc.constantFrom('add', 'durable', 'send', 'ack', 'break');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), steps => {
        const outbox = new Outbox();
        const session = aSession();
        let durable = 0;
        let received = 0;
        const send = () => {
          for (const { seq } of outbox.next(session)?.entries ?? []) {
            expect(seq).toBeLessThanOrEqual(received + 1);
            expect(seq).toBeLessThanOrEqual(durable);
            received = Math.max(received, seq);
          }
        };
        for (const each of [...steps, 'durable', 'break', 'send']) {
          if (each === 'add') addEntry(session);
          else if (each === 'durable')
            outbox.durable(session, (durable = session.seq));
          else if (each === 'send') send();
          else if (each === 'ack') acknowledge(outbox, session, received);
          else {
            acknowledge(outbox, session, received);
            outbox.restart([session]);
          }
        }
        expect(received).toBe(session.seq);
      }),
    );
  });
});
