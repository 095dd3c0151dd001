import * as fc from 'fast-check';
import { decodeBase64, encodeBase64 } from './base64';
import { decodeHex, encodeHex } from './hex';

const bytes = fc.uint8Array({ maxLength: 200 });

describe('base64 and hex', () => {
  it('spell bytes as Node does, and read them back', () => {
    fc.assert(
      fc.property(bytes, value => {
        expect(encodeBase64(value)).toBe(Buffer.from(value).toString('base64'));
        expect(encodeHex(value)).toBe(Buffer.from(value).toString('hex'));
        expect(decodeBase64(encodeBase64(value))).toEqual(value);
        expect(decodeHex(encodeHex(value))).toEqual(value);
      }),
    );
  });

  it('read nothing that they would not have written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), text => {
        const fromBase64 = decodeBase64(text);
        expect(fromBase64 ? encodeBase64(fromBase64) : text).toBe(text);
        const fromHex = decodeHex(text);
        expect(fromHex ? encodeHex(fromHex) : text).toBe(text);
      }),
      { numRuns: 2_000 },
    );
    expect(decodeBase64('QQ=A')).toBeUndefined();
    expect(decodeBase64('QR==')).toBeUndefined();
    expect(decodeBase64('Qé==')).toBeUndefined();
    expect(decodeHex('AB')).toBeUndefined();
  });
});
