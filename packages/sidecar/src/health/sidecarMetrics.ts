import { Counter, Gauge, Registry } from 'prom-client';
import type { OperatorLink } from '../ingest/OperatorLink';
import type { SessionLog } from '../log/SessionLog';

/** What the sidecar counts. No label names a session, task or user. */
export interface SidecarMetrics {
  registry: Registry;
  events: Counter<'type'>;
}

/** Makes the metrics; gauges are read when they are asked for. */
export function sidecarMetrics(
  log: SessionLog,
  link: Pick<OperatorLink, 'isConnected'>,
): SidecarMetrics {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `greenroom_sidecar_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  const sessions = () => [...log.state.sessions.values()];
  gauge(
    'unacknowledged_entries',
    'Entries that the operator has not acknowledged.',
    () => sessions().reduce((sum, { unacked }) => sum + unacked.length, 0),
  );
  gauge('log_bytes', 'Size of the write-ahead log.', () => log.size);
  gauge(
    'open_sessions',
    'Sessions that are open.',
    () => sessions().filter(({ state }) => state === 'open').length,
  );
  gauge('connected', '1 while the operator is connected.', () =>
    Number(link.isConnected),
  );
  const events = new Counter({
    name: 'greenroom_sidecar_events_total',
    help: 'Entries on the disk, by type.',
    labelNames: ['type'],
    registers: [registry],
  });
  return { registry, events };
}
