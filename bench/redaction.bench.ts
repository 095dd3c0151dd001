import { randomBytes } from 'node:crypto';
import { Redactor } from '@greenroom/protocol';
import { nodeHmac } from '@greenroom/protocol/node';
import { Row, throughput } from './harness/Row';

export const title = 'Redaction: megabytes a second on one core';

const MEGABYTES = 8;
/** Words of a build log: what an agent mostly reads. */
const WORDS =
  'compiled module in seconds warning deprecated at node src index resolved'.split(
    ' ',
  );

export async function run(): Promise<Row[]> {
  const text = Array.from(
    { length: (MEGABYTES * 1024 * 1024) / 8 },
    (_, index) => WORDS[(index * 7919) % WORDS.length],
  )
    .join(' ')
    .slice(0, MEGABYTES * 1024 * 1024);
  const chunks = text.match(/[\s\S]{1,4096}/g)!;
  const secrets = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `secret-${index}`,
      value: randomBytes(20).toString('base64url'),
    }));
  const alternatives = new RegExp(
    secrets(200)
      .map(({ value }) => value)
      .join('|'),
    'g',
  );
  const regularExpression = throughput(MEGABYTES, () => {
    for (const chunk of chunks) chunk.replace(alternatives, '');
  });
  const hmac = nodeHmac(randomBytes(32));
  return [5, 50, 200].map(count => {
    const redactor = new Redactor({ secrets: secrets(count), hmac });
    return {
      what: `live stream, ${count} secrets in every encoding`,
      value: throughput(MEGABYTES, () => {
        const stream = redactor.textStream();
        for (const chunk of chunks) stream.push(chunk);
        stream.end();
      }),
      unit: 'MB/s',
      baseline: {
        what: 'one RegExp of 200 plain values, chunk by chunk',
        value: regularExpression,
      },
    };
  });
}
