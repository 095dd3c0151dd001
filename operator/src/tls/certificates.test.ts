import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import {
  decideCertificates,
  type StoredCertificates,
} from './decideCertificates';
import { makeAuthority, makeServingCertificate } from './makeCertificates';
import { trustPatch } from './WebhookTrust';

const DAY = 24 * 3_600_000;
const NOW = Date.parse('2026-11-21T10:00:00Z');
const names = ['greenroom-operator', '127.0.0.1'];

describe('makeCertificates', () => {
  it('makes a certificate that a client trusts by name and by address', async () => {
    const authority = await makeAuthority(Date.now());
    const serving = await makeServingCertificate(authority, names, Date.now());
    const server = createServer({
      cert: serving.certificate,
      key: serving.key,
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const shake = (options: object) =>
      new Promise<string>(resolve => {
        const socket = connect(
          { host: '127.0.0.1', port, ca: authority.certificate, ...options },
          () => {
            resolve(socket.authorized ? 'trusted' : 'not trusted');
            socket.destroy();
          },
        );
        socket.on('error', error => resolve(error.message));
      });
    expect(await shake({ servername: 'greenroom-operator' })).toBe('trusted');
    expect(await shake({})).toBe('trusted');
    expect(await shake({ servername: 'other' })).toContain('does not match');
    const stranger = await makeAuthority(Date.now());
    expect(await shake({ ca: stranger.certificate })).not.toBe('trusted');
    await new Promise(resolve => server.close(resolve));
  });
});

describe('decideCertificates', () => {
  const stored: StoredCertificates = {
    ca: 'ca',
    caCertificate: 'ca',
    caKey: 'key',
    certificate: 'cert',
    key: 'key',
    caEndsAt: NOW + 3_000 * DAY,
    endsAt: NOW + 89 * DAY,
    names,
  };
  const decide = (more: Partial<StoredCertificates>, wanted = names) =>
    decideCertificates({ ...stored, ...more }, { names: wanted, now: NOW }).act;

  it.each([
    ['keeps what lives long and has all names', decide({}), 'keep'],
    [
      'renews a certificate 30 days before its end',
      decide({ endsAt: NOW + 29 * DAY }),
      'renewServing',
    ],
    [
      'renews a certificate that lacks a name',
      decide({}, [...names, 'new']),
      'renewServing',
    ],
    [
      'renews the authority a year before its end',
      decide({ caEndsAt: NOW + 364 * DAY }),
      'renewAll',
    ],
    [
      'makes everything where there is nothing',
      decideCertificates(undefined, { names, now: NOW }).act,
      'renewAll',
    ],
  ])('%s', (_, act, expected) => {
    expect(act).toBe(expected);
  });
});

describe('trustPatch', () => {
  const webhook = (clientConfig: object) => ({
    name: 'w',
    clientConfig,
    admissionReviewVersions: [],
    sideEffects: 'None',
  });
  const service = { name: 's', namespace: 'n', path: '/admission/validate' };
  const caBundle = Buffer.from('ca').toString('base64');

  it('gives the authority to those that lack it, and nothing to those that have it', () => {
    const webhooks = [webhook({ service, caBundle }), webhook({ service })];
    expect(trustPatch({ metadata: {}, webhooks }, 'ca')).toEqual([
      { op: 'test', path: '/webhooks/1/name', value: 'w' },
      { op: 'add', path: '/webhooks/1/clientConfig/caBundle', value: caBundle },
    ]);
  });

  it('puts a URL in the place of the Service where one is configured, once', () => {
    const url = 'https://host:1';
    const wanted = { url: 'https://host:1/admission/validate', caBundle };
    expect(
      trustPatch({ metadata: {}, webhooks: [webhook({ service })] }, 'ca', url),
    ).toContainEqual({
      op: 'replace',
      path: '/webhooks/0/clientConfig',
      value: wanted,
    });
    expect(
      trustPatch({ metadata: {}, webhooks: [webhook(wanted)] }, 'ca', url),
    ).toEqual([]);
  });
});
