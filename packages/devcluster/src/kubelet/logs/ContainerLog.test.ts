import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { LogOptions } from '../../apiserver/NodeProxy';
import { ContainerLog } from './ContainerLog';
import { readLog } from './readLog';

const plain: LogOptions = { follow: false, previous: false, timestamps: false };

describe('ContainerLog', () => {
  let folder: string;
  let log: ContainerLog;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'log-'));
    log = new ContainerLog(join(folder, 'c', '0.log'));
    await log.opened;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const say = async (...chunks: (string | Buffer)[]) => {
    const source = new PassThrough();
    const recorded = log.record(source, 'stdout');
    for (const chunk of chunks) source.write(chunk);
    source.end();
    await recorded;
  };
  const read = async (options: Partial<LogOptions> = {}) => {
    const parts: Uint8Array[] = [];
    const { signal } = new AbortController();
    const all = { ...plain, ...options };
    for await (const part of readLog(log.path, log, all, signal)) {
      parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
  };

  it('keeps lines whole, however they come', async () => {
    const euro = Buffer.from('€');
    await say('a\nb', 'c\n', euro.subarray(0, 1), euro.subarray(1), '\n\nend');
    await log.close();
    expect(await read()).toBe('a\nbc\n€\n\nend');
  });

  it('writes each line with time, stream and tag', async () => {
    await say('a\nb');
    await log.close();
    const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z';
    expect(await readFile(log.path, 'utf8')).toMatch(
      new RegExp(`^${time} stdout F a\\n${time} stdout P b\\n$`),
    );
    expect(await read({ timestamps: true })).toMatch(
      new RegExp(`^${time} a\\n${time} b$`),
    );
  });

  it('gives a long line back as it was', async () => {
    const long = 'x'.repeat(100_000);
    await say(`${long}\nshort\n`);
    await log.close();
    expect(await read()).toBe(`${long}\nshort\n`);
  });

  it('shows the last lines, or the first bytes', async () => {
    await say('one\ntwo\nthree\n');
    await log.close();
    expect(await read({ tailLines: 2 })).toBe('two\nthree\n');
    expect(await read({ tailLines: 0 })).toBe('');
    expect(await read({ tailLines: 9 })).toBe('one\ntwo\nthree\n');
    expect(await read({ limitBytes: 5 })).toBe('one\nt');
  });

  it('finds the last lines of a log of many blocks', async () => {
    await say(...Array.from({ length: 20_000 }, (_, index) => `${index}\n`));
    await log.close();
    const expected = Array.from(
      { length: 15_000 },
      (_, index) => index + 5_000,
    );
    expect(await read({ tailLines: 15_000 })).toBe(`${expected.join('\n')}\n`);
  });

  it('leaves out what was written before a time', async () => {
    await say('old\n');
    await log.close();
    expect(await read({ sinceTime: Date.now() + 60_000 })).toBe('');
    expect(await read({ sinceTime: Date.now() - 60_000 })).toBe('old\n');
  });

  it('is followed to its end', async () => {
    await say('one\n');
    const following = read({ follow: true });
    await say('two\n');
    await say('three\n');
    await log.close();
    expect(await following).toBe('one\ntwo\nthree\n');
  });

  it('is followed until nobody wants it', async () => {
    await say('one\n');
    const wanted = new AbortController();
    const parts: string[] = [];
    for await (const part of readLog(
      log.path,
      log,
      { ...plain, follow: true },
      wanted.signal,
    )) {
      parts.push(Buffer.from(part).toString());
      wanted.abort();
    }
    expect(parts).toEqual(['one\n']);
    await log.close();
  });

  it('costs nothing but itself on a disk that takes nothing', async () => {
    const broken = new ContainerLog('/etc/passwd/no/0.log');
    await broken.opened;
    const source = new PassThrough();
    const recorded = broken.record(source, 'stdout');
    source.end('a\n');
    await recorded;
    await broken.close();
    expect(broken.isClosed).toBe(true);
    await log.close();
  });
});
