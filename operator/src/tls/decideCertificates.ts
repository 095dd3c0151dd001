import type { ServingCertificates } from './CertificateStore';

/** What is in the Secret, with the dates and names read from it. */
export interface StoredCertificates extends ServingCertificates {
  /** The first of {@link ServingCertificates.ca}: the one that signs. */
  caCertificate: string;
  caKey: string;
  caEndsAt: number;
  endsAt: number;
  names: readonly string[];
}

export type CertificatesDecision =
  | { act: 'keep'; certificates: ServingCertificates }
  | { act: 'renewServing' | 'renewAll'; because: string };

const DAY_MS = 24 * 3_600_000;
/** A third of a serving certificate's life: enough for any operator that is down to come back. */
const RENEW_SERVING_MS = 30 * DAY_MS;
/** Far longer than a serving certificate lives, so that none outlives its authority. */
const RENEW_AUTHORITY_MS = 365 * DAY_MS;

/** Whether the stored certificates can go on being used. */
export function decideCertificates(
  stored: StoredCertificates | undefined,
  wanted: { names: readonly string[]; now: number },
): CertificatesDecision {
  if (!stored) return { act: 'renewAll', because: 'there are none' };
  if (stored.caEndsAt - wanted.now < RENEW_AUTHORITY_MS) {
    return { act: 'renewAll', because: 'the authority ends within a year' };
  }
  if (stored.endsAt - wanted.now < RENEW_SERVING_MS) {
    return {
      act: 'renewServing',
      because: 'the certificate ends within 30 days',
    };
  }
  const missing = wanted.names.filter(name => !stored.names.includes(name));
  if (missing.length) {
    return {
      act: 'renewServing',
      because: `the certificate lacks ${missing.join(', ')}`,
    };
  }
  const { ca, certificate, key } = stored;
  return { act: 'keep', certificates: { ca, certificate, key } };
}
