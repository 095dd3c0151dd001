import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SealingKey } from '@greenroom/protocol/node';
import pino from 'pino';
import { aSession } from '../testing/aSession';
import { temporaryDirectory } from '../testing/temporaryDirectory';
import { protocolChainRules } from './chainRules';
import { runJournalCommand } from './command/runJournalCommand';
import { Journal } from './Journal';
import { JournalKeeper } from './JournalKeeper';
import { publishSealingKey } from './loadSealingKey';
import { eventsFile, sessionDirectory } from './SessionFiles';

const root = temporaryDirectory();
const log = pino({ level: 'silent' });
const START = Date.parse('2026-11-21T10:00:00Z');

async function aKeptJournal(limits = { maxAgeMs: 1e12, maxBytes: 1e12 }) {
  const directory = mkdtempSync(join(root, 'journal-'));
  const clock = { now: START };
  const now = () => clock.now;
  const journal = await Journal.open({
    directory,
    rules: protocolChainRules(),
    log,
    now,
  });
  const key = SealingKey.generate();
  await publishSealingKey(directory, key);
  const keeper = new JournalKeeper({
    journal,
    directory,
    key,
    log,
    now,
    retention: limits,
    tickMs: 5,
  });
  keeper.start();
  const begin = async (id?: string) => {
    const session = aSession({ id });
    session.meta.genesis.key_id = key.keyId;
    const made = aSession({
      id: session.id,
      meta: { genesis: session.meta.genesis },
    });
    await journal.create(made.meta);
    await journal.fence(made.id, {
      epoch: 1,
      pod_uid: 'p',
      pod_name: 'p',
      at: '',
    });
    return made;
  };
  return { directory, clock, journal, keeper, begin };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 2));
}

async function command(directory: string, ...args: string[]) {
  const lines: string[] = [];
  const status = await runJournalCommand(args, {
    directory,
    write: line => lines.push(line),
    complain: line => lines.push(line),
  });
  return { status, lines, text: lines.join('') };
}

const DONE = ['session.completed', { result: 'ok' }] as const;

describe('JournalKeeper', () => {
  it('seals after 100 entries, after 10 s, and at the end', async () => {
    const { clock, journal, keeper, begin } = await aKeptJournal();
    const session = await begin();
    const sealed = () => journal.head(session.id)?.seal?.seq;
    const many = Array.from({ length: 100 }, () => session.next());
    await journal.append(session.id, many.slice(0, 99));
    expect(sealed()).toBeUndefined();
    await journal.append(session.id, many.slice(99));
    await until(() => sealed() === 100);
    await journal.append(session.id, [session.next()]);
    clock.now += 10_000;
    await until(() => sealed() === 101);
    await journal.append(session.id, [session.next(...DONE)]);
    await until(() => sealed() === 102);
    expect(journal.head(session.id)?.seal?.final).toBe(true);
    await expect(
      journal.append(session.id, [session.next()]),
    ).rejects.toMatchObject({ reason: 'Ended' });
    await keeper.stop();
    await journal.close();
  });

  it('seals the end together with what came before the end was durable', async () => {
    const { directory, journal, keeper, begin } = await aKeptJournal();
    const session = await begin();
    await Promise.all([
      journal.append(session.id, [session.next(...DONE)]),
      journal.append(session.id, [session.next()]),
    ]);
    await until(() => journal.head(session.id)?.seal?.final === true);
    expect(journal.head(session.id)!.seal!.seq).toBe(2);
    await keeper.stop();
    await journal.close();
    const verified = await command(directory, 'verify', session.id);
    expect([verified.text, verified.status]).toEqual([
      expect.stringContaining('intact'),
      0,
    ]);
  });

  it('leaves records that verify, with exit status 0 when sealed to the end and 2 while open', async () => {
    const { directory, journal, keeper, begin } = await aKeptJournal();
    const ended = await begin();
    const open = await begin();
    await journal.append(ended.id, [ended.next(), ended.next(...DONE)]);
    await journal.append(open.id, [open.next()]);
    await keeper.stop();
    await journal.close();
    expect((await command(directory, 'verify', ended.id)).status).toBe(0);
    expect((await command(directory, 'verify', open.id)).status).toBe(2);
    expect((await command(directory, 'verify', '--all')).status).toBe(2);
    expect((await command(directory, 'verify', aSession().id)).status).toBe(4);
  });

  it('finds any flipped byte of a record', async () => {
    const { directory, journal, keeper, begin } = await aKeptJournal();
    const session = await begin();
    await journal.append(session.id, [session.next(), session.next(...DONE)]);
    await keeper.stop();
    await journal.close();
    const file = eventsFile(directory, session.id);
    const good = readFileSync(file);
    for (let index = 0; index < good.length; index++) {
      const bad = Buffer.from(good);
      // eslint-disable-next-line no-bitwise
      bad[index] ^= 1;
      writeFileSync(file, bad);
      const { status } = await command(directory, 'verify', session.id);
      expect(status).not.toBe(0);
    }
  });

  it('shows and exports what was recorded, byte for byte', async () => {
    const { directory, journal, keeper, begin } = await aKeptJournal();
    const session = await begin();
    const entries = [session.next(), session.next(...DONE)];
    await journal.append(session.id, entries);
    await keeper.stop();
    await journal.close();
    const shown = await command(directory, 'show', session.id);
    expect(shown.text).toBe(entries.map(({ body }) => `${body}\n`).join(''));
    const later = await command(
      directory,
      'follow',
      session.id,
      '--after',
      '1',
    );
    expect(later.lines).toHaveLength(1);
    const exported = await command(directory, 'export', session.id);
    const records = exported.lines.map(text => JSON.parse(text));
    expect(records.map(({ record }) => record)).toEqual([
      'meta',
      'key',
      'entry',
      'entry',
      'seal',
    ]);
    const [listed] = (await command(directory, 'list')).lines.map(text =>
      JSON.parse(text),
    );
    expect(listed).toMatchObject({
      session_id: session.id,
      phase: 'Completed',
      seq: 2,
      sealed_seq: 2,
      ended: true,
    });
  });

  it('follows a session while it is written', async () => {
    const { directory, journal, keeper, begin } = await aKeptJournal();
    const session = await begin();
    await journal.append(session.id, [session.next()]);
    const following = command(directory, 'follow', session.id);
    await journal.append(session.id, [session.next()]);
    await journal.append(session.id, [session.next(...DONE)]);
    expect((await following).lines).toHaveLength(3);
    await keeper.stop();
    await journal.close();
  });

  it('removes ended sessions that are too old, and never one that goes on', async () => {
    const { directory, clock, journal, keeper, begin } = await aKeptJournal({
      maxAgeMs: 3_600_000,
      maxBytes: 1e12,
    });
    const ended = await begin();
    const open = await begin();
    await journal.append(ended.id, [ended.next(...DONE)]);
    await journal.append(open.id, [open.next()]);
    await until(() => journal.head(ended.id)?.seal?.final === true);
    await journal.checkpoint();
    clock.now += 2 * 3_600_000;
    await until(() => !existsSync(sessionDirectory(directory, ended.id)));
    expect(existsSync(sessionDirectory(directory, open.id))).toBe(true);
    expect(journal.head(ended.id)).toBeUndefined();
    await keeper.stop();
    await journal.close();
  });
});
