import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ModelSettings } from '@greenroom/protocol';
import { cleanHeaders } from '../egress/cleanHeaders';

/** What a client may tell a provider. Everything else stays here: keys, cookies, organisations, whatever the agent thinks of. */
const PASSED_ON = new Set([
  'accept',
  'content-type',
  'user-agent',
  'anthropic-beta',
  'anthropic-version',
  'idempotency-key',
  'openai-beta',
]);

/** The version that all of Anthropic's libraries name. */
const ANTHROPIC_VERSION = '2023-06-01';

/** Headers of a request to a provider. */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  { provider }: Pick<ModelSettings, 'provider'>,
  key: string | undefined,
  body: Buffer,
): OutgoingHttpHeaders {
  const passed = Object.entries(cleanHeaders(headers)).filter(
    ([name]) => PASSED_ON.has(name) || name.startsWith('x-stainless-'),
  );
  return {
    ...Object.fromEntries(passed),
    'content-type': 'application/json',
    'content-length': body.length,
    // The answer is read along, and a compressed stream arrives in lumps.
    'accept-encoding': 'identity',
    ...(provider === 'anthropic' && {
      'anthropic-version': headers['anthropic-version'] ?? ANTHROPIC_VERSION,
    }),
    ...keyHeader(provider, key),
  };
}

function keyHeader(
  provider: ModelSettings['provider'],
  key: string | undefined,
): OutgoingHttpHeaders {
  if (key === undefined) return {};
  return provider === 'anthropic'
    ? { 'x-api-key': key }
    : { authorization: `Bearer ${key}` };
}

/** Of the account behind the key, which is not the agent's business. */
const ACCOUNT_HEADERS = [
  'set-cookie',
  'openai-organization',
  'openai-project',
  'anthropic-organization-id',
];

/** Headers of an answer to the agent. */
export function answerHeaders(
  headers: IncomingHttpHeaders,
  model: string,
  keepsLength: boolean,
): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = cleanHeaders(headers);
  for (const name of ACCOUNT_HEADERS) delete passed[name];
  if (!keepsLength) delete passed['content-length'];
  passed['x-greenroom-model'] = model;
  return passed;
}
