import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeRecords, encodeRecord } from './recordCodec';
import { WriteAheadLog } from './WriteAheadLog';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'greenroom-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const onlySegment = () => {
  const names = readdirSync(folder);
  expect(names).toHaveLength(1);
  return join(folder, names[0]);
};
const reopen = async () => {
  const opened = await WriteAheadLog.open(folder);
  await opened.log.close();
  return opened;
};

describe('WriteAheadLog', () => {
  it('gives back what was appended, in order', async () => {
    const { log } = await WriteAheadLog.open(folder);
    const payloads = Array.from(
      { length: 200 },
      (_, index) => `{"n":${index},"text":"ü${'x'.repeat(index)}"}`,
    );
    await Promise.all(payloads.map(payload => log.append(payload)));
    await log.close();
    expect((await reopen()).payloads).toEqual(payloads);
  });

  it('cut off at any byte, keeps exactly the whole records and continues after them', async () => {
    const payloads = ['{"a":1}', '{"b":"zwölf"}', '{"c":[1,2,3]}'];
    const whole = Buffer.concat(payloads.map(encodeRecord));
    const ends = payloads.map(
      (_, index) =>
        Buffer.concat(payloads.slice(0, index + 1).map(encodeRecord)).length,
    );
    for (let cut = 0; cut <= whole.length; cut++) {
      for (const tail of [
        Buffer.alloc(0),
        Buffer.alloc(16),
        Buffer.from('garbage that is no record'),
      ]) {
        rmSync(folder, { recursive: true });
        const { log: empty } = await WriteAheadLog.open(folder);
        await empty.close();
        writeFileSync(
          onlySegment(),
          Buffer.concat([whole.subarray(0, cut), tail]),
        );
        const intact = ends.filter(end => end <= cut).length;
        const { log, payloads: found } = await WriteAheadLog.open(folder);
        expect(found).toEqual(payloads.slice(0, intact));
        await log.append('{"after":true}');
        await log.close();
        expect((await reopen()).payloads).toEqual([
          ...payloads.slice(0, intact),
          '{"after":true}',
        ]);
      }
    }
  });

  it('never takes a record with a flipped bit for whole', () => {
    const record = encodeRecord('{"text":"something worth keeping"}');
    fc.assert(
      fc.property(fc.nat(record.length * 8 - 1), bit => {
        const damaged = Buffer.from(record);
        damaged[bit >> 3] ^= 1 << (bit & 7);
        expect(decodeRecords(damaged).payloads).toEqual([]);
      }),
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const { intactBytes } = decodeRecords(Buffer.from(bytes));
        expect(intactBytes).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('holds after a compaction what was given and what was appended meanwhile', async () => {
    const { log } = await WriteAheadLog.open(folder);
    await log.append('{"old":1}');
    const compaction = log.compact(['{"kept":1}', '{"kept":2}']);
    const appended = log.append('{"new":1}');
    await Promise.all([compaction, appended]);
    expect(log.size).toBe(readFileSync(onlySegment()).length);
    await log.close();
    expect((await reopen()).payloads).toEqual([
      '{"kept":1}',
      '{"kept":2}',
      '{"new":1}',
    ]);
  });

  it('ignores a compaction that did not come to its end', async () => {
    const { log } = await WriteAheadLog.open(folder);
    await log.append('{"old":1}');
    await log.close();
    appendFileSync(
      join(folder, '0000000002.log.partial'),
      encodeRecord('{"half":1}'),
    );
    expect((await reopen()).payloads).toEqual(['{"old":1}']);
  });

  it('takes nothing more after the disk failed, and says what to do', async () => {
    const { log } = await WriteAheadLog.open(folder);
    await log.close();
    await expect(log.append('{"a":1}')).rejects.toThrow('cannot be written');
    await expect(log.append('{"b":1}')).rejects.toThrow(
      'Free space on the volume',
    );
  });
});
