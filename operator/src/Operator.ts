import {
  ControllerMetrics,
  EventRecorder,
  KubeClient,
  LeaderElector,
  loadClusterAccess,
  Manager,
  Namespace,
  ObservabilityServer,
  Pod,
  type ClusterAccess,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import { Counter, Gauge, Registry } from 'prom-client';
import { Admission } from './admission/Admission';
import { AdmissionServer } from './admission/AdmissionServer';
import { CachedLookup } from './admission/CachedLookup';
import { BudgetLedger } from './budget/BudgetLedger';
import type { OperatorConfig } from './config/OperatorConfig';
import { IngestHub } from './ingest/IngestHub';
import { IngestServer } from './ingest/IngestServer';
import { JournalSessionStates } from './ingest/JournalSessionStates';
import type { SidecarCalls } from './ingest/SidecarLink';
import { SidecarVerifier } from './ingest/SidecarVerifier';
import { BlobStore } from './journal/BlobStore';
import { protocolChainRules } from './journal/chainRules';
import { Journal } from './journal/Journal';
import { JournalKeeper } from './journal/JournalKeeper';
import { loadSealingKey, publishSealingKey } from './journal/loadSealingKey';
import type { OperatorServices } from './OperatorServices';
import { SecureServer } from './SecureServer';
import { CaPublisher } from './tls/CaPublisher';
import { CertificateStore } from './tls/CertificateStore';
import { WebhookTrust } from './tls/WebhookTrust';

/** Adds all controllers to the manager and answers what sidecars will ask. */
export type AddControllers = (services: OperatorServices) => SidecarCalls;

export interface OperatorOptions {
  config: OperatorConfig;
  log: Logger;
  /** Usually `process.env`; where the API server is found if no kubeconfig is configured. */
  environment: Record<string, string | undefined>;
  addControllers: AddControllers;
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
  #lost!: (error: Error) => void;
  #stopped: Promise<void> | undefined;
  #starting = 'the operator is starting';
  /** Rejects when another replica leads, so that this process must end. */
  readonly lost: Promise<never> = new Promise((_, reject) => {
    this.#lost = reject;
  });

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.lost.catch(() => undefined);
  }

  /** Resolves when this replica leads and its controllers run; what it listens on is known earlier, see `onListening`. */
  async start(onListening?: (ports: OperatorPorts) => void): Promise<void> {
    const { config, log, environment, addControllers } = this.#options;
    const access = await loadClusterAccess(environment, {
      file: config.kubeconfig,
    });
    const client = this.#connect(access);
    const metrics = new ControllerMetrics(this.#registry);
    metrics.watchClient(client);
    this.#observability.addReadyCheck(
      'operator',
      () => this.#starting || undefined,
    );
    const metricsPort = await this.#observability.start({
      host: config.host,
      port: config.metricsPort,
    });
    this.#undo.push(() => this.#observability.stop());

    const manager = new Manager({ client, log, metrics });
    const certificates = new CertificateStore({
      client,
      log,
      namespace: config.namespace,
      names: serverNames(config),
    });
    await certificates.start();
    this.#undo.push(() => certificates.stop());
    const secure = await this.#serve(client, manager, certificates);
    onListening?.({ secure: secure.port, metrics: metricsPort });

    const elector = await this.#lead(client);
    const [sealingKey, clusterUid] = await Promise.all([
      loadSealingKey(client, config.namespace),
      readClusterUid(client),
    ]);
    await publishSealingKey(config.journalDir, sealingKey);
    const { hub, sessions, ingest } = await this.#openJournal(
      client,
      manager,
      sealingKey,
      clusterUid,
    );
    const events = new EventRecorder({
      client,
      log,
      controller: 'greenroom.dev/operator',
      instance: config.podName,
    });
    this.#undo.push(() => events.flush());
    new CaPublisher({ client, cache: manager.cache, certificates }).addTo(
      manager,
    );
    new WebhookTrust({
      client,
      cache: manager.cache,
      certificates,
      url: config.webhookUrl,
    }).addTo(manager);
    const calls = addControllers({
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
    secure.server.serveIngest(ingest);
    this.#undo.push(() => {
      secure.server.serveIngest(undefined);
      ingest.stop();
    });
    this.#starting = '';
    log.info({ leads: elector.leads }, 'ready');
  }

  /** Stops in reverse order; work under way is finished, sidecars are told, seals are made, the lease is released. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#starting = 'the operator is stopping';
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        this.#options.log.warn({ err: error }, 'a part did not stop well');
      }
    }
  }

  #connect(access: ClusterAccess): KubeClient {
    const client = new KubeClient(access, {
      fieldManager: 'greenroom-operator',
    });
    this.#undo.push(() => client.close());
    return client;
  }

  async #serve(
    client: KubeClient,
    manager: Manager,
    certificates: CertificateStore,
  ) {
    const { config, log } = this.#options;
    const operatorUser = `system:serviceaccount:${config.namespace}:${config.serviceName}`;
    const lookup = new CachedLookup({ cache: manager.cache, client });
    const admission = new Admission({ lookup, operatorUser });
    const server = new SecureServer({
      certificates,
      admission: new AdmissionServer({ admission, log }),
    });
    const port = await server.start({
      host: config.host,
      port: config.securePort,
    });
    this.#undo.push(() => server.stop());
    // Admission works on every replica, so its cache fills before one leads.
    manager.cache.start();
    return { server, port };
  }

  async #lead(client: KubeClient): Promise<LeaderElector> {
    const { config, log } = this.#options;
    const elector = new LeaderElector({
      client,
      log,
      lease: { namespace: config.namespace, name: 'greenroom-operator' },
      identity: config.podUid
        ? `${config.podName}_${config.podUid}`
        : config.podName,
    });
    this.#undo.push(() => elector.release());
    this.#starting = 'another replica leads';
    await elector.acquire({ onLost: error => this.#lost(error) });
    this.#starting = 'the operator is starting';
    return elector;
  }

  async #openJournal(
    client: KubeClient,
    manager: Manager,
    key: Awaited<ReturnType<typeof loadSealingKey>>,
    clusterUid: string,
  ) {
    const { config, log } = this.#options;
    const directory = config.journalDir;
    const ledger = new BudgetLedger();
    const journal = await Journal.open({
      directory,
      rules: protocolChainRules(),
      log,
      derived: ledger,
    });
    this.#undo.push(() => journal.close());
    const keeper = new JournalKeeper({
      journal,
      directory,
      key,
      log,
      retention: {
        maxAgeMs: config.journalMaxAgeMs,
        maxBytes: config.journalMaxBytes,
      },
    });
    keeper.start();
    this.#undo.push(() => keeper.stop());
    this.#observability.addReadyCheck('journal', () => journal.problem);
    const refused = new Counter({
      name: 'greenroom_ingest_refused_total',
      help: 'Messages of sidecars that were refused, by reason.',
      labelNames: ['reason'],
      registers: [this.#registry],
    });
    const hub = new IngestHub({
      journal,
      ledger,
      log,
      clusterUid,
      onRefused: reason => refused.inc({ reason }),
    });
    this.#measure(hub, journal);
    const pods = manager.cache.informer(Pod, AGENT_PODS);
    const verifier = new SidecarVerifier({
      client,
      cachedPod: key_ => pods.get(key_),
    });
    const ingest = new IngestServer({
      hub,
      verifier,
      blobs: new BlobStore(directory),
      log,
    });
    return {
      hub,
      ingest,
      sessions: new JournalSessionStates(journal, directory),
    };
  }

  #measure(hub: IngestHub, journal: Journal): void {
    const appended = new Counter({
      name: 'greenroom_journal_events_total',
      help: 'Durable session events.',
      registers: [this.#registry],
    });
    journal.onEvents((_, events) => appended.inc(events.length));
    const links = new Gauge({
      name: 'greenroom_sidecars',
      help: 'Connected sidecars.',
      registers: [this.#registry],
    });
    hub.on('connected', () => links.inc());
    hub.on('disconnected', () => links.dec());
  }
}

/** Pods of agents, in all namespaces; the same selection as the controllers'. */
const AGENT_PODS = { labelSelector: 'app.kubernetes.io/managed-by=greenroom' };

function serverNames({
  serviceName,
  namespace,
  clusterDomain,
  webhookUrl,
}: OperatorConfig & { clusterDomain?: string }): string[] {
  const domain = clusterDomain ?? 'cluster.local';
  const names = [
    'greenroom-operator',
    serviceName,
    `${serviceName}.${namespace}`,
    `${serviceName}.${namespace}.svc`,
    `${serviceName}.${namespace}.svc.${domain}`,
    'localhost',
    '127.0.0.1',
  ];
  if (webhookUrl) names.push(new URL(webhookUrl).hostname);
  return [...new Set(names)];
}

/** The uid of `kube-system` is the one name that every cluster has and keeps. */
async function readClusterUid(client: KubeClient): Promise<string> {
  const namespace = await client.get(Namespace, { name: 'kube-system' });
  return namespace.metadata.uid!;
}
