import { join } from 'node:path';
import { parseSessionEvent } from '@greenroom/protocol';
import type { Logger } from 'pino';
import type { ChainRules } from './chainRules';
import { decodeEntry } from './entryCodec';
import type { DerivedState } from './Journal';
import { loadSession } from './loadSession';
import { decodeRecord, recordTypes } from './recordCodec';
import type { SessionFiles } from './SessionFiles';
import type { SessionMeta } from './sessionRecord';
import { listSegments, recoverFrames } from './WriteAheadLog';

/**
 * Writes what the write-ahead log holds into the sessions' files. Frames name their place, so doing it twice changes nothing.
 *
 * @param options.derivedFrom - first segment whose events `derived` has not seen.
 */
export async function recoverJournal(options: {
  directory: string;
  files: SessionFiles;
  rules: ChainRules;
  log: Logger;
  derived?: DerivedState;
  derivedFrom: number;
}): Promise<{ sessionIds: Set<string>; nextSegment: number }> {
  const { directory, files, log, derived, derivedFrom } = options;
  const walDirectory = join(directory, 'wal');
  const sessionIds = new Set<string>();
  const unseen: { sessionId: string; bytes: Buffer }[] = [];
  for await (const frame of recoverFrames(walDirectory)) {
    const { sessionId, offset, bytes, segment } = frame;
    const size = files.size(sessionId);
    if (size < offset) {
      log.error(
        { sessionId, size, offset },
        'a session lost bytes that were durable; it is damaged from there on',
      );
      continue;
    }
    files.write(sessionId, offset, bytes);
    sessionIds.add(sessionId);
    if (segment >= derivedFrom) unseen.push({ sessionId, bytes });
  }
  for (const sessionId of sessionIds) await files.sync(sessionId);
  if (derived) applyUnseen(unseen, options, derived);
  const segments = await listSegments(walDirectory);
  const last = segments.at(-1) ?? derivedFrom;
  return { sessionIds, nextSegment: Math.max(last, derivedFrom) + 1 };
}

function applyUnseen(
  unseen: readonly { sessionId: string; bytes: Buffer }[],
  options: { directory: string; rules: ChainRules; log: Logger },
  derived: DerivedState,
): void {
  const metas = new Map<string, SessionMeta | undefined>();
  for (const { sessionId, bytes } of unseen) {
    if (!metas.has(sessionId)) metas.set(sessionId, metaOf(sessionId, options));
    const meta = metas.get(sessionId);
    if (!meta) continue;
    for (let offset = 0; ; ) {
      const record = decodeRecord(bytes, offset);
      if (!record) break;
      offset = record.end;
      if (record.type !== recordTypes.entry) continue;
      const { body } = decodeEntry(record.payload);
      derived.apply(meta, parseSessionEvent(JSON.parse(body.toString('utf8'))));
    }
  }
}

function metaOf(
  sessionId: string,
  options: { directory: string; rules: ChainRules; log: Logger },
): SessionMeta | undefined {
  try {
    return loadSession(options.directory, sessionId, options.rules)?.head.meta;
  } catch (error) {
    options.log.error({ err: error, sessionId }, 'a session is damaged');
    return undefined;
  }
}
