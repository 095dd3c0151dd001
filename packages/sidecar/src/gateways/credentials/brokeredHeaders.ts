import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { CredentialSettings } from '@greenroom/protocol';
import { cleanHeaders } from '../egress/cleanHeaders';

/** Headers of a request with a credential. What the agent put in the credential's place is dropped. */
export function brokeredHeaders(
  headers: IncomingHttpHeaders,
  { header }: Pick<CredentialSettings, 'header'>,
  secret: string,
): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = cleanHeaders(headers);
  delete passed.host;
  delete passed.expect;
  const name = (header ?? 'authorization').toLowerCase();
  return {
    ...passed,
    // The answer is looked through for the secret, which a server may repeat.
    'accept-encoding': 'identity',
    [name]: header ? secret : `Bearer ${secret}`,
  };
}

/**
 * Headers of the answer, without secrets and without a length: taking a secret out changes it. A redirect to a place where the
 * credential may be used leads back through the broker; any other is the client's own to follow, without the credential.
 */
export function brokerAnswerHeaders(
  headers: IncomingHttpHeaders,
  redact: (text: string) => string,
  placeOf: (location: string) => string | undefined,
): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(cleanHeaders(headers))) {
    if (name === 'content-length') continue;
    passed[name] = Array.isArray(value) ? value.map(redact) : redact(value);
  }
  const { location } = headers;
  if (location) passed.location = placeOf(location) ?? redact(location);
  return passed;
}
