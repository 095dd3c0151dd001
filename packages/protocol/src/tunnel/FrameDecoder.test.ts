import * as fc from 'fast-check';
import vectors from '../../vectors/frames.json';
import { encodeFrame } from './encodeFrame';
import { FRAME_PAYLOAD_BYTES, type Frame } from './Frame';
import { FrameDecoder, FrameError } from './FrameDecoder';

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

const aFrame: fc.Arbitrary<Frame> = fc.record({
  type: fc.nat(255),
  flags: fc.nat(65_535),
  stream: fc.nat(2 ** 32 - 1),
  payload: fc.uint8Array({ maxLength: 300 }),
});

/** Divides bytes at places that the numbers choose. */
function divide(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [
    ...new Set(places.map(place => place % (bytes.length + 1))),
  ].sort((left, right) => left - right);
  return [0, ...cuts].map((from, index) => bytes.slice(from, cuts[index]));
}

describe('frames', () => {
  it.each(vectors.frames.map(each => [each.name, each] as const))(
    'golden: %s',
    (_, { type, flags, stream, payload, bytes }) => {
      const frame = { type, flags, stream, payload: fromHex(payload) };
      expect(Buffer.from(encodeFrame(frame)).toString('hex')).toBe(bytes);
      expect(new FrameDecoder().push(fromHex(bytes))).toEqual([frame]);
    },
  );

  it.each(vectors.broken.map(each => [each.name, each.bytes] as const))(
    'broken: %s',
    (_, bytes) => {
      const decoder = new FrameDecoder();
      expect(() => decoder.push(fromHex(bytes))).toThrow(FrameError);
      expect(() => decoder.push(fromHex(vectors.frames[0].bytes))).toThrow(
        FrameError,
      );
    },
  );

  it('read back as they were, however the bytes are divided', () => {
    fc.assert(
      fc.property(
        fc.array(aFrame, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (frames, places) => {
          const bytes = Buffer.concat(frames.map(encodeFrame));
          const decoder = new FrameDecoder();
          const read = divide(new Uint8Array(bytes), places).flatMap(part =>
            decoder.push(part),
          );
          expect(read).toEqual(frames);
        },
      ),
    );
  });

  it('carry at most 32 KiB', () => {
    const payload = new Uint8Array(FRAME_PAYLOAD_BYTES + 1);
    expect(() =>
      encodeFrame({ type: 0, flags: 0, stream: 1, payload }),
    ).toThrow(/at most 32768 bytes, not 32769/);
  });

  it('fuzz: any bytes are frames or a FrameError, and never held without bound', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // Most random bytes fail at once; these go further.
      fc.tuple(aFrame, fc.nat(), fc.nat(255)).map(([frame, at, byte]) => {
        const bytes = encodeFrame(frame);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 10 }), chunks => {
        const decoder = new FrameDecoder();
        let failure: unknown;
        for (const chunk of chunks) {
          try {
            for (const { payload } of decoder.push(chunk)) {
              expect(payload.length).toBeLessThanOrEqual(FRAME_PAYLOAD_BYTES);
            }
          } catch (error) {
            failure ??= error;
          }
        }
        expect(failure ?? new FrameError()).toBeInstanceOf(FrameError);
      }),
      { numRuns: 2_000 },
    );
  });
});
