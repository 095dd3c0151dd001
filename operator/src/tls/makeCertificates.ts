import 'reflect-metadata';
import { randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

const DAY_MS = 24 * 3_600_000;
const AUTHORITY_MS = 10 * 365 * DAY_MS;
const SERVING_MS = 90 * DAY_MS;
/** Clocks of pods may be behind. */
const SKEW_MS = 3_600_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** PEM of a certificate and of its key. */
export interface KeyedCertificate {
  certificate: string;
  key: string;
}

/** A new authority that signs the operator's certificates and nothing else. */
export async function makeAuthority(now: number): Promise<KeyedCertificate> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: newSerial(),
      name: 'CN=greenroom-operator-ca',
      notBefore: new Date(now - SKEW_MS),
      notAfter: new Date(now + AUTHORITY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(
          keys.publicKey,
          false,
          crypto,
        ),
      ],
    },
    crypto,
  );
  return {
    certificate: certificate.toString('pem'),
    key: await pemOf(keys.privateKey),
  };
}

/** A new certificate for the operator's server, for the given names and addresses. */
export async function makeServingCertificate(
  authority: KeyedCertificate,
  names: readonly string[],
  now: number,
): Promise<KeyedCertificate> {
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(
    new X509Certificate(authority.certificate).raw,
  );
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      subject: `CN=${names[0]}`,
      issuer: issuer.subject,
      notBefore: new Date(now - SKEW_MS),
      notAfter: new Date(now + SERVING_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: await privateKeyOf(authority.key),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map(value => ({
            type: isIP(value) ? ('ip' as const) : ('dns' as const),
            value,
          })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(
          issuer.publicKey,
          false,
          crypto,
        ),
      ],
    },
    crypto,
  );
  return {
    certificate: certificate.toString('pem'),
    key: await pemOf(keys.privateKey),
  };
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ]) as Promise<CryptoKeyPair>;
}

/** 20 bytes at most, positive. */
function newSerial(): string {
  const serial = randomBytes(16);
  serial[0] &= 0x7f;
  return serial.toString('hex');
}

async function pemOf(key: CryptoKey): Promise<string> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(pkcs8, 'PRIVATE KEY');
}

function privateKeyOf(pem: string): Promise<CryptoKey> {
  const pkcs8 = x509.PemConverter.decodeFirst(pem);
  return crypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
}
