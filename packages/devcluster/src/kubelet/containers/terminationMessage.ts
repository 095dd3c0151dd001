import { readFile } from 'node:fs/promises';
import { formatLogLine } from '../logs/formatLogLine';
import type { Container } from '../pods/podParts';
import type { ProcessExit } from './Leader';

/** Limits of the API for what a container may leave behind, and for what is taken from its log instead. */
const MAX_MESSAGE_BYTES = 4096;
const MAX_LOG_BYTES = 2048;
const MAX_LOG_LINES = 80;

/** What a container says about its end: what it wrote for that, or, if it asks for it and failed, the end of its log. */
export async function terminationMessage(
  container: Container,
  exit: ProcessExit,
  paths: { file: string; log: string },
): Promise<string | undefined> {
  const written = await readFile(paths.file).catch(() => Buffer.alloc(0));
  if (written.length) {
    return written.subarray(0, MAX_MESSAGE_BYTES).toString('utf8');
  }
  const takesLog =
    container.terminationMessagePolicy === 'FallbackToLogsOnError' &&
    exit.exitCode !== 0;
  if (!takesLog) return undefined;
  const log = await readFile(paths.log, 'utf8').catch(() => '');
  const text = log
    .trimEnd()
    .split('\n')
    .slice(-MAX_LOG_LINES)
    .map(line => formatLogLine(Buffer.from(line), { timestamps: false }))
    .join('');
  return (
    Buffer.from(text).subarray(-MAX_LOG_BYTES).toString('utf8') || undefined
  );
}
