import type { Emitter } from './defineEvent';
import { eventDefinitions } from './eventTypes';

const emitters: Record<Emitter, string> = {
  agent: 'anything in the agent’s container',
  runtime: 'the runtime',
  greenroom: 'Greenroom',
};

/** The table of durable events in Markdown, as the documentation shows it. */
export function eventTable(): string {
  const rows = eventDefinitions.map(
    ({ type, emitter, description }) =>
      `| \`${type}\` | ${emitters[emitter]} | ${description} |`,
  );
  return [
    '| type | emitted by | what it says |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}
