import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '@greenroom/controller-runtime';
import {
  ContainerRun,
  logPath,
  type ContainerRunEvents,
} from '../containers/ContainerRun';
import type { ContainerLauncher } from '../containers/ContainerLauncher';
import { terminationMessage } from '../containers/terminationMessage';
import type { PodFacts } from '../environment/fieldValue';
import { portConflicts } from '../network/portConflicts';
import type { OrphanLedger } from '../processes/OrphanLedger';
import type { PodVolumes } from '../volumes/PodVolumes';
import { blockedReason } from './blockedReason';
import type { ContainerRecord, ContainerState } from './ContainerRecord';
import { endedRun } from './endedRun';
import type { Container } from './podParts';
import { isStable, restartDelay, type RestartBackOff } from './restartDelay';
import { restoreRecords } from './restoreRecords';

/** What running the containers of any pod of a node needs. */
export interface PodContainersContext {
  launcher: ContainerLauncher;
  ledger: OrphanLedger;
  backOff: RestartBackOff;
  /** What the ids of all containers of this node begin with. */
  idPrefix: string;
}

/** What the containers of one pod need. */
export interface PodContainersOptions extends PodContainersContext {
  pod: Pod;
  /** The pod's folder on the host. */
  directory: string;
  volumes: PodVolumes;
  /** Something has changed that decides what comes next. */
  onChange: () => void;
  tell: (type: 'Normal' | 'Warning', reason: string, note: string) => void;
}

type Running = ContainerState & { is: 'running' };

/** A container that cannot be created is tried again like one that fails, beginning here. */
const CREATE_BACK_OFF: RestartBackOff = { baseMs: 1_000, maxMs: 30_000 };
/** The exit code that container runtimes report for a process that could not be started. */
const START_ERROR_CODE = 128;

/** The containers of one pod: starts and stops them and knows where each is in its life. What to do is decided elsewhere. */
export class PodContainers {
  readonly records: Map<string, ContainerRecord>;
  readonly #options: PodContainersOptions;
  readonly #runs = new Map<string, ContainerRun>();
  #isShutDown = false;

  constructor(options: PodContainersOptions) {
    this.#options = options;
    this.records = restoreRecords(options.pod, Date.now());
  }

  /** The present run of a container, if it runs. */
  runOf(container: string): ContainerRun | undefined {
    return this.#runs.get(container);
  }

  logDirectoryOf(container: string): string {
    return join(this.#options.directory, 'logs', container);
  }

  containerNamed(name: string): Container {
    const { containers, initContainers = [] } = this.#options.pod.spec!;
    return [...initContainers, ...containers].find(
      container => container.name === name,
    )!;
  }

  /** Whatever waits to be tried again may be tried at once. */
  hurryBlocked(): void {
    for (const { state } of this.records.values()) {
      if (state.is === 'blocked') state.retryAt = 0;
    }
  }

  /** Begins to start a container; its record tells how that went. */
  async start(name: string, facts: PodFacts): Promise<void> {
    const record = this.records.get(name)!;
    const before = record.state;
    record.state = { is: 'starting' };
    if (before.is === 'ended') {
      record.lastRun = before.run;
      record.restartCount++;
    }
    try {
      await this.#run(this.containerNamed(name), record, facts);
    } catch (error) {
      record.state =
        (error as Error).name === 'ContainerStartError'
          ? this.#failedStart(record, error as Error)
          : this.#blocked(before, error as Error);
    }
    this.#options.onChange();
  }

  /** Ends a container: its stop hook first, SIGKILL after the grace period. */
  async stop(name: string, because: string, graceMs: number): Promise<void> {
    const { state } = this.records.get(name)!;
    const run = this.#runs.get(name);
    if (state.is !== 'running' || !run) return;
    state.isStopping = true;
    this.#options.tell('Normal', 'Killing', because);
    await run.stop(graceMs);
  }

  /** Gives containers that are being stopped less time than they had. */
  shorten(graceMs: number): void {
    for (const [name, run] of this.#runs) {
      const { state } = this.records.get(name)!;
      if (state.is === 'running' && state.isStopping) void run.stop(graceMs);
    }
  }

  /** Ends all containers, sidecars last, and lets none start any more. */
  async shutDown(graceMs: number): Promise<void> {
    this.#isShutDown = true;
    const { containers, initContainers = [] } = this.#options.pod.spec!;
    const endBy = Date.now() + graceMs;
    const stop = ({ name }: Container) =>
      this.#runs.get(name)?.stop(Math.max(0, endBy - Date.now()));
    await Promise.all(containers.map(stop));
    for (const container of [...initContainers].reverse()) {
      await stop(container);
    }
  }

  async #run(
    container: Container,
    record: ContainerRecord,
    facts: PodFacts,
  ): Promise<void> {
    const { name } = container;
    const { launcher, ledger, pod, volumes, directory, tell } = this.#options;
    const containerId = this.#idOf(record);
    const prepared = await launcher.prepare(container, {
      pod,
      facts,
      volumes,
      directory,
    });
    for (const conflict of await portConflicts(container, facts.podIP)) {
      tell('Warning', 'PortConflict', conflict);
    }
    const run = await ContainerRun.start({
      container,
      containerId,
      prepared,
      podIP: facts.podIP,
      logDirectory: this.logDirectoryOf(name),
      index: record.restartCount,
      events: this.#eventsOf(record),
    });
    // Should it fail, on a full disk, its mark still tells whose the process is.
    const entered = ledger
      .enter(containerId, run.process.pid)
      .catch(() => undefined);
    this.#runs.set(name, run);
    record.state = {
      is: 'running',
      startedAt: run.startedAt,
      containerId,
      isStarted: !container.startupProbe && !container.lifecycle?.postStart,
      isReady: !container.readinessProbe,
      isStopping: false,
    };
    tell(
      'Normal',
      'Pulled',
      `Container image "${container.image}" already present on machine`,
    );
    tell('Normal', 'Created', `Container created: ${name}`);
    tell('Normal', 'Started', `Container started: ${name}`);
    run.begin();
    void run.ended.then(async exit => {
      this.#runs.delete(name);
      const message = await terminationMessage(container, exit, {
        file: prepared.terminationFile,
        log: run.log.path,
      });
      this.#ended(record, endedRun(exit, message, containerId, run.startedAt));
      await entered;
      await ledger.strike(containerId).catch(() => undefined);
    });
    if (this.#isShutDown) await run.stop(0);
  }

  #ended(record: ContainerRecord, run: ReturnType<typeof endedRun>): void {
    const { backOff, pod, tell, onChange } = this.#options;
    const ranMs = run.finishedAt - run.startedAt;
    const wasStopped = record.state.is === 'running' && record.state.isStopping;
    record.failures = isStable(ranMs, backOff) ? 1 : record.failures + 1;
    record.state = { is: 'ended', run };
    if (restartDelay(record.failures, backOff) > 0 && !wasStopped) {
      const { name } = pod.metadata;
      const what = `container ${record.name} in pod ${name}`;
      tell('Warning', 'BackOff', `Back-off restarting failed ${what}`);
    }
    // Only the log of the present run and of the one before are ever asked for.
    const old = logPath(
      this.logDirectoryOf(record.name),
      record.restartCount - 2,
    );
    void rm(old, { force: true }).catch(() => undefined);
    onChange();
  }

  #failedStart(record: ContainerRecord, error: Error): ContainerState {
    const { message } = error;
    this.#options.tell('Warning', 'Failed', `Error: ${message}`);
    record.failures++;
    const now = Date.now();
    return {
      is: 'ended',
      run: {
        exitCode: START_ERROR_CODE,
        reason: 'StartError',
        message,
        containerId: this.#idOf(record),
        startedAt: now,
        finishedAt: now,
      },
    };
  }

  #blocked(before: ContainerState, error: Error): ContainerState {
    const attempts = before.is === 'blocked' ? before.attempts + 1 : 1;
    const blocked = blockedReason(error, attempts);
    const { tell } = this.#options;
    tell('Warning', 'Failed', `Error: ${blocked.reason}`);
    tell('Warning', 'Failed', blocked.message);
    const retryAt = Date.now() + restartDelay(attempts + 1, CREATE_BACK_OFF);
    return { is: 'blocked', ...blocked, attempts, retryAt };
  }

  #eventsOf(record: ContainerRecord): ContainerRunEvents {
    const { tell, onChange } = this.#options;
    const change = (changes: Partial<Running>) => {
      if (record.state.is !== 'running') return;
      Object.assign(record.state, changes);
      onChange();
    };
    return {
      onStarted: () => change({ isStarted: true }),
      onReadiness: isReady => change({ isReady }),
      onUnhealthy: unhealthy => change({ unhealthy }),
      onProbeFailure: (kind, message) =>
        tell('Warning', 'Unhealthy', `${kind} probe failed: ${message}`),
      onHookFailure: (hook, message) =>
        tell('Warning', `Failed${hook}Hook`, `${hook}Hook failed: ${message}`),
    };
  }

  #idOf({ name, restartCount }: ContainerRecord): string {
    const { idPrefix, pod } = this.#options;
    return `${idPrefix}-${pod.metadata.uid}-${name}-${restartCount}`;
  }
}
