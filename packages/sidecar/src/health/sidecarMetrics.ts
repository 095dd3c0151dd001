import { Counter, Gauge, Registry } from 'prom-client';

/** What the sidecar counts. No label names a session, task or user. */
export interface SidecarMetrics {
  registry: Registry;
  events: Counter<'type'>;
}

/** Makes the metrics; gauges are read when they are asked for. */
export function sidecarMetrics(read: {
  unackedEntries(): number;
  logBytes(): number;
  openSessions(): number;
  isConnected(): boolean;
}): SidecarMetrics {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge(
    'greenroom_sidecar_unacknowledged_entries',
    'Entries that the operator has not acknowledged.',
    read.unackedEntries,
  );
  gauge(
    'greenroom_sidecar_log_bytes',
    'Size of the write-ahead log.',
    read.logBytes,
  );
  gauge(
    'greenroom_sidecar_open_sessions',
    'Sessions that are open.',
    read.openSessions,
  );
  gauge(
    'greenroom_sidecar_connected',
    '1 while the operator is connected.',
    () => Number(read.isConnected()),
  );
  return {
    registry,
    events: new Counter({
      name: 'greenroom_sidecar_events_total',
      help: 'Entries on the disk, by type.',
      labelNames: ['type'],
      registers: [registry],
    }),
  };
}
