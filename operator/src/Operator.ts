import {
  ControllerMetrics,
  EventRecorder,
  KubeClient,
  LeaderElector,
  Manager,
  Namespace,
  ObservabilityServer,
  type ClusterAccess,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { Admission } from './admission/Admission';
import { AdmissionServer } from './admission/AdmissionServer';
import { CachedLookup } from './admission/CachedLookup';
import type { LoadCompilers } from './admission/reviewObject';
import type { OperatorConfig } from './config/OperatorConfig';
import { openJournal } from './ingest/openJournal';
import type { SidecarCalls } from './ingest/SidecarLink';
import { loadSealingKey, publishSealingKey } from './journal/loadSealingKey';
import type { OperatorServices } from './OperatorServices';
import { SecureServer } from './SecureServer';
import { CaPublisher } from './tls/CaPublisher';
import { CertificateStore } from './tls/CertificateStore';
import { serverNames } from './tls/serverNames';
import { WebhookTrust } from './tls/WebhookTrust';

/** Adds all controllers to the manager and answers what sidecars will ask. */
export type AddControllers = (services: OperatorServices) => SidecarCalls;

export interface OperatorOptions {
  config: OperatorConfig;
  log: Logger;
  access: ClusterAccess;
  addControllers: AddControllers;
  /** Large parts that most hours do not need. */
  loadCompilers: LoadCompilers;
  loadCertificateMaker: () => Promise<typeof import('./tls/makeCertificates')>;
}

/** What the operator listens on. */
export interface OperatorPorts {
  secure: number;
  metrics: number;
}

/** The whole operator: servers first, then leadership, then journal, ingest and controllers. */
export class Operator {
  readonly #options: OperatorOptions;
  readonly #registry = new Registry();
  readonly #observability = new ObservabilityServer({
    registry: this.#registry,
  });
  /** What to undo, in order of doing. */
  readonly #undo: (() => Promise<unknown> | unknown)[] = [];
  #notReady = 'the operator is starting';
  #stopped: Promise<void> | undefined;
  #lost!: (error: Error) => void;
  /** Rejects when another replica leads, so that this process must end. */
  readonly lost: Promise<never> = new Promise((_, reject) => {
    this.#lost = reject;
  });

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.lost.catch(() => undefined);
    this.#observability.addReadyCheck(
      'operator',
      () => this.#notReady || undefined,
    );
  }

  /**
   * Resolves when this replica leads and its controllers run.
   *
   * @param onListening - called as soon as webhooks, health and metrics are served, which every replica does
   */
  async start(onListening?: (ports: OperatorPorts) => void): Promise<void> {
    const { config, log } = this.#options;
    const client = this.#connect();
    const metrics = new ControllerMetrics(this.#registry);
    metrics.watchClient(client);
    const manager = new Manager({ client, log, metrics });
    const { certificates, server, ports } = await this.#serve(client, manager);
    onListening?.(ports);
    await this.#lead(client);
    const [sealingKey, clusterUid] = await Promise.all([
      loadSealingKey(client, config.namespace),
      readClusterUid(client),
    ]);
    await publishSealingKey(config.journalDir, sealingKey);
    const opened = await openJournal({
      config,
      client,
      manager,
      sealingKey,
      clusterUid,
      log,
      metrics: this.#registry,
    });
    const { hub, ingest, sessions, journal } = opened;
    this.#undo.push(() => opened.close());
    this.#observability.addReadyCheck('journal', () => journal.problem);
    const events = this.#recorder(client);
    const trust = { client, cache: manager.cache, certificates };
    new CaPublisher(trust).addTo(manager);
    new WebhookTrust({ ...trust, url: config.webhookUrl }).addTo(manager);
    const calls = this.#options.addControllers({
      config,
      manager,
      client,
      events,
      log,
      metrics: this.#registry,
      links: hub,
      sessions,
      clusterUid,
      keyId: sealingKey.keyId,
    });
    this.#undo.push(() => manager.stop());
    await manager.start();
    hub.answerWith(calls);
    server.serveIngest(ingest);
    this.#undo.push(() => {
      server.serveIngest(undefined);
      ingest.stop();
    });
    this.#notReady = '';
    log.info('ready');
  }

  /** Stops in reverse order; work under way is finished, sidecars are told, seals are made, the lease is released. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#notReady = 'the operator is stopping';
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        this.#options.log.warn({ err: error }, 'a part did not stop well');
      }
    }
  }

  #connect(): KubeClient {
    const client = new KubeClient(this.#options.access, {
      fieldManager: 'greenroom-operator',
    });
    this.#undo.push(() => client.close());
    return client;
  }

  /** What every replica serves: health, metrics and admission. */
  async #serve(client: KubeClient, manager: Manager) {
    const { config, log, loadCompilers, loadCertificateMaker } = this.#options;
    const { host, namespace, serviceName } = config;
    const metrics = await this.#observability.start({
      host,
      port: config.metricsPort,
    });
    this.#undo.push(() => this.#observability.stop());
    const certificates = new CertificateStore({
      client,
      log,
      namespace,
      names: serverNames(config),
      loadMaker: loadCertificateMaker,
    });
    await certificates.start();
    this.#undo.push(() => certificates.stop());
    const admission = new Admission({
      lookup: new CachedLookup({ cache: manager.cache, client }),
      operatorUser: `system:serviceaccount:${namespace}:${serviceName}`,
      loadCompilers,
    });
    const server = new SecureServer({
      certificates,
      admission: new AdmissionServer({ admission, log }),
    });
    const secure = await server.start({ host, port: config.securePort });
    this.#undo.push(() => server.stop());
    // Admission works on every replica, so its cache fills before one leads.
    manager.cache.start();
    this.#undo.push(() => manager.cache.stop());
    return { certificates, server, ports: { secure, metrics } };
  }

  async #lead(client: KubeClient): Promise<void> {
    const { config, log } = this.#options;
    const { namespace, podName, podUid } = config;
    const elector = new LeaderElector({
      client,
      log,
      lease: { namespace, name: 'greenroom-operator' },
      // A container that restarts in its pod is the same leader and waits for nobody.
      identity: podUid ? `${podName}_${podUid}` : podName,
    });
    this.#undo.push(() => elector.release());
    this.#notReady = 'another replica leads';
    await elector.acquire({ onLost: error => this.#lost(error) });
    this.#notReady = 'the operator is starting';
  }

  #recorder(client: KubeClient): EventRecorder {
    const { config, log } = this.#options;
    const events = new EventRecorder({
      client,
      log,
      controller: 'greenroom.dev/operator',
      instance: config.podName,
    });
    this.#undo.push(() => events.flush());
    return events;
  }
}

/** The uid of `kube-system` is the one name that every cluster has and keeps. */
async function readClusterUid(client: KubeClient): Promise<string> {
  const { metadata } = await client.get(Namespace, { name: 'kube-system' });
  return metadata.uid!;
}
