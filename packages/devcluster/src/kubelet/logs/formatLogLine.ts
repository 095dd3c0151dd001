import type { LogOptions } from '../../apiserver/NodeProxy';

const SPACE = 0x20;
const PART = 'P'.charCodeAt(0);
const NEWLINE = Buffer.from('\n');

/**
 * One line of a log file as it is shown: without stream and tag, with its time if asked for. `undefined` for a line that is older than
 * asked for or is torn.
 */
export function formatLogLine(
  line: Buffer,
  options: Pick<LogOptions, 'timestamps' | 'sinceTime'>,
): Buffer | undefined {
  const afterTime = line.indexOf(SPACE);
  const afterStream = line.indexOf(SPACE, afterTime + 1);
  if (afterTime < 0 || afterStream < 0) return undefined;
  const time = line.subarray(0, afterTime).toString('latin1');
  const { sinceTime } = options;
  if (sinceTime !== undefined && Date.parse(time) < sinceTime) return undefined;
  const isPart = line[afterStream + 1] === PART;
  const text = line.subarray(afterStream + 3);
  const head = options.timestamps ? Buffer.from(`${time} `) : Buffer.alloc(0);
  return Buffer.concat(isPart ? [head, text] : [head, text, NEWLINE]);
}
