import * as fc from 'fast-check';
import { encodeFrame } from './encodeFrame';
import { FrameType } from './Frame';
import { FrameDecoder } from './FrameDecoder';
import type { StreamKind } from './StreamKind';
import { MAX_STREAMS, Tunnel } from './Tunnel';
import { ResetCode, type TunnelEvent } from './TunnelEvent';
import { INITIAL_CREDIT } from './TunnelStream';

const KiB = 1024;
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

/** Everything that one side has to send, as the other's events. */
function deliver(from: Tunnel, to: Tunnel): TunnelEvent[] {
  const events: TunnelEvent[] = [];
  for (let bytes = from.next(); bytes; bytes = from.next()) {
    events.push(...to.receive(bytes));
  }
  return events;
}

function aPair() {
  return { operator: new Tunnel('operator'), portal: new Tunnel('portal') };
}

/** Sizes of the data frames that a side would send now, with their streams. */
function sendings(tunnel: Tunnel, count = Infinity): [number, number][] {
  const decoder = new FrameDecoder();
  const sent: [number, number][] = [];
  while (sent.length < count) {
    const bytes = tunnel.next();
    if (!bytes) break;
    for (const { type, stream, payload } of decoder.push(bytes)) {
      if (type === FrameType.data) sent.push([stream, payload.length]);
    }
  }
  return sent;
}

describe('a tunnel', () => {
  it('carries control messages of any allowed length', () => {
    const { operator, portal } = aPair();
    const message = { type: 'snapshot_part', text: '🎭'.repeat(60_000) };
    operator.sendControl({ type: 'hello' });
    operator.sendControl(message);
    expect(deliver(operator, portal)).toEqual([
      { event: 'control', message: { type: 'hello' } },
      { event: 'control', message },
    ]);
    expect(() => operator.sendControl({ text: 'x'.repeat(256 * KiB) })).toThrow(
      /at most 262144 bytes/,
    );
  });

  it('opens streams with ids of either side and carries data both ways until both ended', () => {
    const { operator, portal } = aPair();
    const shell = portal.open('shell', { grant_id: 'g-1' })!;
    const events = operator.open('events')!;
    expect([shell, events]).toEqual([2, 1]);
    portal.write(shell, bytesOf('ls'));
    portal.end(shell);
    expect(deliver(portal, operator)).toEqual([
      { event: 'opened', stream: 2, kind: 'shell', meta: { grant_id: 'g-1' } },
      { event: 'data', stream: 2, bytes: bytesOf('ls') },
      { event: 'ended', stream: 2 },
    ]);
    operator.write(shell, bytesOf('README'));
    operator.end(shell);
    expect(deliver(operator, portal)).toEqual([
      { event: 'opened', stream: 1, kind: 'events', meta: {} },
      { event: 'data', stream: 2, bytes: bytesOf('README') },
      { event: 'ended', stream: 2 },
    ]);
    expect(portal.write(shell, bytesOf('more'))).toBe(false);
  });

  it('stops a stream whose reader is slow, and no other', () => {
    const { operator, portal } = aPair();
    const slow = operator.open('logs')!;
    const quick = operator.open('logs')!;
    operator.write(slow, new Uint8Array(INITIAL_CREDIT + 10 * KiB));
    deliver(operator, portal);
    expect(operator.queuedBytes).toBe(10 * KiB);
    operator.write(quick, bytesOf('still here'));
    expect(deliver(operator, portal)).toEqual([
      { event: 'data', stream: quick, bytes: bytesOf('still here') },
    ]);
    portal.consume(slow, INITIAL_CREDIT / 2);
    deliver(portal, operator);
    expect(deliver(operator, portal)).toHaveLength(1);
    expect(operator.queuedBytes).toBe(0);
  });

  it('sends control before shell output, shell output before state, state before logs', () => {
    const { operator } = aPair();
    const kinds: StreamKind[] = ['logs', 'state', 'shell', 'events'];
    const ids = kinds.map(kind => operator.open(kind)!);
    sendings(operator);
    for (const id of ids) operator.write(id, new Uint8Array(40 * KiB));
    operator.sendControl({});
    const order = sendings(operator).map(([stream]) => stream);
    expect(order).toEqual([0, 7, 7, 5, 5, 3, 3, 1, 1]);
  });

  it('a key pressed during a flood is the next frame but one', () => {
    const { portal } = aPair();
    const upload = portal.open('record')!;
    const shell = portal.open('shell')!;
    sendings(portal);
    portal.write(upload, new Uint8Array(200 * KiB));
    expect(sendings(portal, 1)).toEqual([[upload, 32 * KiB]]);
    portal.write(shell, bytesOf('\u0003'));
    expect(sendings(portal, 1)).toEqual([[shell, 1]]);
  });

  it('shares a class fairly by bytes, also with who comes late', () => {
    const { operator } = aPair();
    const first = operator.open('logs')!;
    const late = operator.open('logs')!;
    sendings(operator);
    operator.write(first, new Uint8Array(200 * KiB));
    sendings(operator, 3);
    operator.write(late, new Uint8Array(200 * KiB));
    const order = sendings(operator, 6).map(([stream]) => stream);
    expect(order.filter(stream => stream === first)).toHaveLength(3);
  });

  it('resets a stream that sends more than its credit, and goes on', () => {
    const { operator, portal } = aPair();
    const id = operator.open('logs')!;
    deliver(operator, portal);
    const data = encodeFrame({
      type: FrameType.data,
      flags: 0,
      stream: id,
      payload: new Uint8Array(32 * KiB),
    });
    const events = Array.from({ length: 9 }, () => portal.receive(data)).flat();
    expect(events.at(-1)).toMatchObject({
      event: 'reset',
      code: ResetCode.overrun,
    });
    expect(deliver(portal, operator)).toMatchObject([
      { event: 'reset', stream: id, code: ResetCode.overrun },
    ]);
    operator.sendControl({ type: 'heartbeat' });
    expect(deliver(operator, portal)).toHaveLength(1);
  });

  it('refuses the 257th stream with a reason', () => {
    const { operator, portal } = aPair();
    for (let count = 0; count < MAX_STREAMS; count += 1) operator.open('http');
    expect(operator.open('http')).toBeUndefined();
    deliver(operator, portal);
    expect(portal.open('http')).toBeUndefined();
    const extra = encodeFrame({
      type: FrameType.open,
      flags: 0,
      stream: 2 * MAX_STREAMS + 1,
      payload: bytesOf('{"kind":"http"}'),
    });
    expect(portal.receive(extra)).toEqual([]);
    expect(deliver(portal, operator)).toEqual([]);
  });

  it('never holds more than 32 MiB to send', () => {
    const { operator } = aPair();
    const full = operator.open('logs')!;
    const block = new Uint8Array(1024 * KiB);
    for (let count = 0; count < 32; count += 1) {
      expect(operator.write(full, block)).toBe(true);
    }
    const other = operator.open('logs')!;
    expect(operator.write(other, block)).toBe(false);
    expect(operator.queuedBytes).toBe(32 * 1024 * KiB);
  });

  it('skips what it may skip, and answers what it must understand', () => {
    const { operator, portal } = aPair();
    const id = operator.open('logs')!;
    deliver(operator, portal);
    const unknown = (type: number, payload = '') =>
      encodeFrame({ type, flags: 0, stream: id, payload: bytesOf(payload) });
    expect(portal.receive(unknown(200))).toEqual([]);
    expect(portal.receive(unknown(77))).toMatchObject([
      { event: 'reset', code: ResetCode.unsupported },
    ]);
    const newKind = encodeFrame({
      type: FrameType.open,
      flags: 0,
      stream: 9,
      payload: bytesOf('{"kind":"hologram"}'),
    });
    expect(portal.receive(newKind)).toEqual([]);
    expect(deliver(portal, operator)).toMatchObject([
      { event: 'reset', stream: id, code: ResetCode.unsupported },
    ]);
  });

  it.each([
    ['an id of its own side', 1, 'operator'],
    ['an id of the wrong side', 2, 'portal'],
  ] as const)('a stream opened with %s is a fault', (_, stream, side) => {
    const open = encodeFrame({
      type: FrameType.open,
      flags: 0,
      stream,
      payload: bytesOf('{"kind":"logs"}'),
    });
    const tunnel = new Tunnel(side);
    expect(tunnel.receive(open)).toMatchObject([{ event: 'fault' }]);
    expect(tunnel.receive(open)).toEqual([]);
  });

  it.each(['[]', '{', '\u0000', '1'])('control message %j is a fault', text => {
    const frame = encodeFrame({
      type: FrameType.data,
      flags: 0,
      stream: 0,
      payload: bytesOf(text),
    });
    expect(new Tunnel('portal').receive(frame)).toMatchObject([
      { event: 'fault' },
    ]);
  });
});

/** What may happen at either end. */
type Step =
  | { do: 'open'; kind: StreamKind }
  | { do: 'write'; which: number; size: number }
  | { do: 'end' | 'reset'; which: number }
  | { do: 'deliver'; frames: number };

const which = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('open' as const),
    kind: fc.constantFrom<StreamKind>('shell', 'logs', 'events'),
  }),
  fc.record({
    do: fc.constant('write' as const),
    which,
    size: fc.nat(100 * KiB),
  }),
  fc.record({ do: fc.constant('end' as const), which }),
  fc.record({ do: fc.constant('reset' as const), which }),
  fc.record({ do: fc.constant('deliver' as const), frames: fc.nat(20) }),
);

describe('two ends of a tunnel', () => {
  it('every byte arrives once and in order, or its stream was reset', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const { operator, portal } = aPair();
        const ids: number[] = [];
        const written = new Map<number, Buffer>();
        const arrived = new Map<number, Buffer>();
        const reset = new Set<number>();
        const ended = new Set<number>();
        let mark = 0;
        const take = (frames: number) => {
          for (let count = 0; count < frames; count += 1) {
            const bytes = operator.next();
            if (!bytes) break;
            for (const event of portal.receive(bytes)) {
              if (event.event === 'data') {
                const before = arrived.get(event.stream) ?? Buffer.alloc(0);
                arrived.set(event.stream, Buffer.concat([before, event.bytes]));
                portal.consume(event.stream, event.bytes.length);
              }
              if (event.event === 'ended') ended.add(event.stream);
              expect(event.event).not.toBe('fault');
            }
          }
          deliver(portal, operator);
        };
        for (const each of steps) {
          const id = 'which' in each ? ids[each.which % (ids.length || 1)] : 0;
          if (each.do === 'open') ids.push(operator.open(each.kind)!);
          if (each.do === 'end' && id) operator.end(id);
          if (each.do === 'deliver') take(each.frames);
          if (each.do === 'reset' && id) {
            operator.reset(id, ResetCode.cancelled, 'enough');
            reset.add(id);
          }
          if (each.do === 'write' && id) {
            mark += 1;
            const data = Buffer.alloc(each.size, mark);
            if (operator.write(id, data)) {
              const before = written.get(id) ?? Buffer.alloc(0);
              written.set(id, Buffer.concat([before, data]));
            }
          }
        }
        take(Infinity);
        for (const id of ids) {
          const got = arrived.get(id) ?? Buffer.alloc(0);
          const all = written.get(id) ?? Buffer.alloc(0);
          expect(all.subarray(0, got.length).equals(got)).toBe(true);
          expect(reset.has(id) || got.length === all.length).toBe(true);
        }
        expect(operator.queuedBytes).toBe(0);
      }),
    );
  });

  it('fuzz: whatever frames come, a tunnel answers with events and never throws', () => {
    const frame = fc
      .record({
        type: fc.oneof(fc.nat(4), fc.nat(255)),
        flags: fc.nat(3),
        stream: fc.nat(6),
        payload: fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          fc.constant(bytesOf('{"kind":"logs"}')),
          fc.constant(bytesOf('{"type":"hello"}')),
        ),
      })
      .map(encodeFrame);
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 40 }), frames => {
        const portal = new Tunnel('portal');
        const faults = frames
          .flatMap(bytes => portal.receive(bytes))
          .filter(({ event }) => event === 'fault');
        expect(faults.length).toBeLessThanOrEqual(1);
        sendings(portal);
      }),
      { numRuns: 1_000 },
    );
  });
});
