import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { aSession } from '../testing/aSession';
import { temporaryDirectory } from '../testing/temporaryDirectory';
import { protocolChainRules } from './chainRules';
import { Journal, type JournalOptions } from './Journal';
import { eventsFile } from './SessionFiles';

const root = temporaryDirectory();
const log = pino({ level: 'silent' });
let folders = 0;
/** Hundreds of recoveries, each with real syncs. */
const EVERY_BYTE_MS = 120_000;

function newFolder(): string {
  const directory = join(root, `journal-${++folders}`);
  mkdirSync(directory);
  return directory;
}

function open(directory: string, options: Partial<JournalOptions> = {}) {
  const rules = protocolChainRules();
  return Journal.open({ directory, rules, log, ...options });
}

function fence(epoch = 1, pod = 'pod') {
  return { epoch, pod_uid: pod, pod_name: pod, at: '2026-11-21T10:00:00Z' };
}

async function opened(directory: string) {
  const journal = await open(directory);
  const session = aSession();
  await journal.create(session.meta);
  await journal.fence(session.id, fence());
  return { journal, session };
}

describe('Journal', () => {
  it('gives back after a restart what it said is durable', async () => {
    const directory = newFolder();
    const { journal, session } = await opened(directory);
    await journal.append(session.id, [session.next(), session.next()]);
    await journal.append(session.id, [
      session.next('agent.status', { text: 'third' }),
    ]);
    // No close: as after kill -9.
    const again = await open(directory);
    expect(again.head(session.id)).toMatchObject({ seq: 3, epoch: 1 });
    expect(again.state(session.id)?.status?.text).toBe('third');
    await again.append(session.id, [session.next()]);
    await again.close();
    const third = await open(directory);
    expect(third.head(session.id)?.seq).toBe(4);
    await third.close();
    await journal.close();
  });

  it('refuses a gap, a lower epoch, a foreign epoch and altered bytes, and keeps nothing of them', async () => {
    const { journal, session } = await opened(newFolder());
    await journal.append(session.id, [session.next()]);
    const second = session.next();
    const third = session.next();
    const refused = (entry: object, reason: string) =>
      expect(
        journal.append(session.id, [{ ...second, ...entry }]),
      ).rejects.toMatchObject({ reason });
    await refused(third, 'OutOfOrder');
    // Sent in an epoch that nobody granted, or made in a later one than it was sent in.
    await refused({ epoch: 2 }, 'Fenced');
    await refused({ epoch: 0 }, 'Fenced');
    await refused({ body: Buffer.from('{}') }, 'ChainMismatch');
    await refused({ hash: third.hash }, 'ChainMismatch');
    await expect(journal.fence(session.id, fence(0))).rejects.toMatchObject({
      reason: 'Fenced',
    });
    expect(journal.head(session.id)?.seq).toBe(1);
    await journal.append(session.id, [second, third]);
    expect(journal.head(session.id)?.seq).toBe(3);
    await journal.close();
  });

  it('takes entries that it has already as done', async () => {
    const { journal, session } = await opened(newFolder());
    const entries = [session.next(), session.next()];
    await journal.append(session.id, entries);
    await journal.append(session.id, [...entries, session.next()]);
    expect(journal.head(session.id)?.seq).toBe(3);
    await journal.close();
  });

  it('refuses a session nobody opened and an id that is a path', async () => {
    const journal = await open(newFolder());
    const session = aSession();
    await expect(
      journal.append(session.id, [session.next()]),
    ).rejects.toMatchObject({ reason: 'NotFound' });
    expect(() => journal.has('../../etc')).toThrow('no session id');
    await journal.close();
  });

  it(
    'loses nothing acknowledged wherever a crash cuts its newest file',
    async () => {
      const directory = newFolder();
      const { session, journal } = await opened(directory);
      const wal = join(directory, 'wal');
      const [segment] = readdirSync(wal);
      const file = join(wal, segment);
      const durable: { bytes: number; seq: number }[] = [];
      const note = () =>
        durable.push({
          bytes: statSync(file).size,
          seq: journal.head(session.id)!.seq,
        });
      note();
      for (let i = 0; i < 2; i++) {
        await journal.append(session.id, [session.next()]);
        note();
      }
      const end = durable.at(-1)!.bytes;
      for (let cut = durable[0].bytes; cut <= end; cut++) {
        const copy = newFolder();
        cpSync(directory, copy, { recursive: true });
        truncateSync(join(copy, 'wal', segment), cut);
        // The session's own file was never synced: a power cut may leave nothing of it.
        truncateSync(eventsFile(copy, session.id), 0);
        const recovered = await open(copy);
        const acknowledged = durable
          .filter(({ bytes }) => bytes <= cut)
          .at(-1)!;
        expect(recovered.head(session.id)?.seq).toBe(acknowledged.seq);
        await recovered.close();
      }
      await journal.close();
    },
    EVERY_BYTE_MS,
  );

  it(
    'goes on after its own file was torn at any byte',
    async () => {
      const directory = newFolder();
      const { session, journal } = await opened(directory);
      await journal.append(session.id, [session.next()]);
      const file = eventsFile(directory, session.id);
      const { size } = statSync(file);
      for (let cut = 0; cut <= size; cut++) {
        const copy = newFolder();
        cpSync(directory, copy, { recursive: true });
        truncateSync(eventsFile(copy, session.id), cut);
        const recovered = await open(copy);
        expect(recovered.head(session.id)?.seq).toBe(1);
        expect(readFileSync(eventsFile(copy, session.id))).toEqual(
          readFileSync(file),
        );
        await recovered.close();
      }
      await journal.close();
    },
    EVERY_BYTE_MS,
  );

  it('says that a session is damaged when its synced bytes are gone', async () => {
    const directory = newFolder();
    const { session, journal } = await opened(directory);
    await journal.append(session.id, [session.next(), session.next()]);
    await journal.close();
    truncateSync(eventsFile(directory, session.id), 100);
    const again = await open(directory);
    expect(() => again.head(session.id)).toThrow('something cut it');
    await again.close();
  });

  it('gives what is derived from events back after a crash, each event once', async () => {
    const directory = newFolder();
    const derived = () => {
      let seen: string[] = [];
      return {
        snapshot: () => [...seen],
        restore: (snapshot: unknown) => {
          seen = snapshot as string[];
        },
        apply: (_: unknown, event: { id: string }) => seen.push(event.id),
        seen: () => seen,
      };
    };
    const journal = await open(directory, { derived: derived() });
    const session = aSession();
    await journal.create(session.meta);
    await journal.fence(session.id, fence());
    await journal.append(session.id, [session.next(), session.next()]);
    await journal.checkpoint();
    await journal.append(session.id, [session.next()]);
    const second = derived();
    const again = await open(directory, { derived: second });
    expect(second.seen()).toEqual(['event-1', 'event-2', 'event-3']);
    await again.close();
    const third = derived();
    await (await open(directory, { derived: third })).close();
    expect(third.seen()).toEqual(['event-1', 'event-2', 'event-3']);
    await journal.close();
  });

  it('rejects what it cannot write, and takes it when it can again', async () => {
    const directory = newFolder();
    const { session, journal } = await opened(directory);
    const entry = session.next();
    const file = eventsFile(directory, session.id);
    const { size } = statSync(file);
    // The session's file cannot be written, as on a full volume: a folder is in its place.
    journal.forget(session.id);
    expect(journal.head(session.id)?.seq).toBe(0);
    renameSync(file, `${file}.away`);
    mkdirSync(file);
    await expect(journal.append(session.id, [entry])).rejects.toMatchObject({
      reason: 'Unavailable',
    });
    expect(journal.problem).toBeDefined();
    rmdirSync(file);
    renameSync(`${file}.away`, file);
    expect(statSync(file).size).toBe(size);
    await journal.append(session.id, [entry]);
    expect(journal.problem).toBeUndefined();
    expect(journal.head(session.id)?.seq).toBe(1);
    await journal.close();
    const again = await open(directory);
    expect(again.head(session.id)?.seq).toBe(1);
    await again.close();
  });

  it('forgets idle sessions at a checkpoint and reads them again when asked', async () => {
    const directory = newFolder();
    let now = 0;
    const journal = await open(directory, { now: () => now });
    const session = aSession();
    await journal.create(session.meta);
    await journal.checkpoint();
    now += 120_000;
    await journal.checkpoint();
    expect([...journal.recentHeads()]).toHaveLength(0);
    expect(journal.head(session.id)?.meta).toEqual(session.meta);
    await journal.close();
  });
});
