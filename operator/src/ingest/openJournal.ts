import {
  Pod,
  type KubeClient,
  type Manager,
} from '@greenroom/controller-runtime';
import type { SealingKey } from '@greenroom/protocol/node';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { BudgetLedger } from '../budget/BudgetLedger';
import type { OperatorConfig } from '../config/OperatorConfig';
import { IngestHub } from './IngestHub';
import { IngestServer } from './IngestServer';
import { JournalSessionStates } from './JournalSessionStates';
import { SidecarVerifier } from './SidecarVerifier';
import { BlobStore } from '../journal/BlobStore';
import { protocolChainRules } from '../journal/chainRules';
import { Journal } from '../journal/Journal';
import { JournalKeeper } from '../journal/JournalKeeper';

/** Pods of agents, in all namespaces; the same selection as the controllers', so that one informer serves both. */
const AGENT_PODS = {
  labelSelector: 'app.kubernetes.io/managed-by=greenroom',
};

/** The journal with all that writes to it and reads from it. */
export interface OpenJournal {
  journal: Journal;
  hub: IngestHub;
  ingest: IngestServer;
  sessions: JournalSessionStates;
  /** Seals what is open and closes. */
  close(): Promise<void>;
}

/** Opens the journal and what receives sidecars. Only the leader may. */
export async function openJournal(options: {
  config: OperatorConfig;
  client: KubeClient;
  manager: Manager;
  sealingKey: SealingKey;
  clusterUid: string;
  metrics: Registry;
  log: Logger;
}): Promise<OpenJournal> {
  const { config, client, manager, clusterUid, log } = options;
  const directory = config.journalDir;
  const ledger = new BudgetLedger();
  const journal = await Journal.open({
    directory,
    rules: protocolChainRules(),
    log,
    derived: ledger,
  });
  const keeper = new JournalKeeper({
    journal,
    directory,
    key: options.sealingKey,
    log,
    retention: {
      maxAgeMs: config.journalMaxAgeMs,
      maxBytes: config.journalMaxBytes,
    },
  });
  keeper.start();
  const { onRefused, measure } = ingestMetrics(options.metrics);
  const hub = new IngestHub({ journal, ledger, log, clusterUid, onRefused });
  measure(hub, journal);
  const pods = manager.cache.informer(Pod, AGENT_PODS);
  const verifier = new SidecarVerifier({
    client,
    cachedPod: key => pods.get(key),
  });
  return {
    journal,
    hub,
    ingest: new IngestServer({
      hub,
      verifier,
      blobs: new BlobStore(directory),
      log,
    }),
    sessions: new JournalSessionStates(journal, directory),
    async close() {
      await keeper.stop();
      await journal.close();
    },
  };
}

function ingestMetrics(registry: Registry) {
  const registers = [registry];
  const refused = new Counter({
    name: 'greenroom_ingest_refused_total',
    help: 'Messages of sidecars that were refused, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const appended = new Counter({
    name: 'greenroom_journal_events_total',
    help: 'Durable session events.',
    registers,
  });
  const links = new Gauge({
    name: 'greenroom_sidecars',
    help: 'Connected sidecars.',
    registers,
  });
  return {
    onRefused: (reason: string) => refused.inc({ reason }),
    measure(hub: IngestHub, journal: Journal) {
      journal.onEvents((_, events) => appended.inc(events.length));
      hub.on('connected', () => links.inc());
      hub.on('disconnected', () => links.dec());
    },
  };
}
