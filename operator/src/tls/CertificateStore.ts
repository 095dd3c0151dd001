import { X509Certificate } from 'node:crypto';
import { EventEmitter } from 'node:events';
import {
  ApiError,
  Secret,
  type KubeClient,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import {
  decideCertificates,
  type StoredCertificates,
} from './decideCertificates';

/** PEM texts of the operator's own authority and of the certificate its server shows. */
export interface ServingCertificates {
  /** The authority, and the one before it while certificates of both are about. */
  ca: string;
  certificate: string;
  key: string;
}

export interface CertificateStoreOptions {
  client: KubeClient;
  log: Logger;
  namespace: string;
  /** Names and addresses that the certificate must hold. */
  names: readonly string[];
  /** Loads what makes certificates; large, and most starts make none. */
  loadMaker: () => Promise<typeof import('./makeCertificates')>;
  now?: () => number;
}

export const TLS_SECRET = 'greenroom-operator-tls';
/** Certificates live for months, so twice a day is often. */
const CHECK_INTERVAL_MS = 12 * 3_600_000;

/** Keeps the operator's own authority and certificate in a Secret, and renews both long before they end. */
export class CertificateStore {
  readonly name = 'certificates';
  readonly needsLeadership = false;
  readonly #options: CertificateStoreOptions;
  readonly #emitter = new EventEmitter();
  #current: ServingCertificates | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CertificateStoreOptions) {
    this.#options = options;
  }

  /** Throws before {@link start}. */
  get current(): ServingCertificates {
    if (this.#current) return this.#current;
    throw new Error('The certificates are not loaded yet.');
  }

  /** Calls `listener` whenever the certificates changed. */
  onChange(listener: (certificates: ServingCertificates) => void): void {
    this.#emitter.on('change', listener);
  }

  async start(): Promise<void> {
    await this.#refresh();
    this.#timer = setInterval(() => {
      this.#refresh().catch(error =>
        this.#options.log.error(
          { err: error },
          'renewing the certificate failed',
        ),
      );
    }, CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #refresh(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.#use(await this.#readOrRenew());
        return;
      } catch (error) {
        // Another replica renewed at the same time: take what it made.
        const lostRace =
          ApiError.isConflict(error) || ApiError.isAlreadyExists(error);
        if (!lostRace || attempt >= 5) throw error;
      }
    }
  }

  async #readOrRenew(): Promise<ServingCertificates> {
    const {
      client,
      namespace,
      names,
      log,
      loadMaker,
      now = Date.now,
    } = this.#options;
    const secret = await client.find(Secret, { namespace, name: TLS_SECRET });
    const stored = secret && storedCertificates(secret);
    const decision = decideCertificates(stored, { names, now: now() });
    if (decision.act === 'keep') return decision.certificates;
    const { makeAuthority, makeServingCertificate } = await loadMaker();
    const authority =
      decision.act === 'renewAll' || !stored
        ? await makeAuthority(now())
        : { certificate: stored.caCertificate, key: stored.caKey };
    const serving = await makeServingCertificate(authority, names, now());
    const before =
      decision.act === 'renewAll' ? stored?.caCertificate : undefined;
    const data = {
      'ca.crt': [authority.certificate, before].filter(Boolean).join('\n'),
      'ca.key': authority.key,
      'tls.crt': serving.certificate,
      'tls.key': serving.key,
    };
    const object = {
      metadata: secret?.metadata ?? { namespace, name: TLS_SECRET },
      type: 'kubernetes.io/tls',
      data: encoded(data),
    };
    await (secret
      ? client.update(Secret, object)
      : client.create(Secret, object));
    log.info(
      { act: decision.act, because: decision.because },
      'made certificates',
    );
    return {
      ca: data['ca.crt'],
      certificate: serving.certificate,
      key: serving.key,
    };
  }

  #use(certificates: ServingCertificates): void {
    const changed = this.#current?.certificate !== certificates.certificate;
    this.#current = certificates;
    if (changed) this.#emitter.emit('change', certificates);
  }
}

function storedCertificates(secret: Secret): StoredCertificates | undefined {
  const text = (key: string) =>
    Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  const ca = text('ca.crt');
  const [caCertificate] = ca.split(/(?<=-----END CERTIFICATE-----)\n+/);
  const certificate = text('tls.crt');
  try {
    return {
      ca,
      caCertificate,
      caKey: text('ca.key'),
      certificate,
      key: text('tls.key'),
      caEndsAt: Date.parse(new X509Certificate(caCertificate).validTo),
      endsAt: Date.parse(new X509Certificate(certificate).validTo),
      names: namesOf(new X509Certificate(certificate)),
    };
  } catch {
    // Not certificates: made anew.
    return undefined;
  }
}

function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .map(name => name.replace(/^(DNS|IP Address):/, ''));
}

function encoded(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]),
  );
}
