import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { EventRecorder, KubeClient, Pod } from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import type { ContainerLauncher } from '../containers/ContainerLauncher';
import { ContainerRun } from '../containers/ContainerRun';
import { terminationMessage } from '../containers/terminationMessage';
import type { PodFacts } from '../environment/fieldValue';
import type { Allocatable } from '../environment/resourceFieldValue';
import type { PodAddresses } from '../network/PodAddresses';
import type { OrphanLedger } from '../processes/OrphanLedger';
import { PodVolumes } from '../volumes/PodVolumes';
import { blockedReason } from './blockedReason';
import type { ContainerRecord, ContainerState } from './ContainerRecord';
import { decidePod, type PodAction, type PodEnding } from './decidePod';
import { endedRun } from './endedRun';
import { readPodObjects } from './PodObjects';
import type { Container } from './podParts';
import { podStatus, type PodOutcome } from './podStatus';
import { PodStatusWriter } from './PodStatusWriter';
import { restartDelay, isStable, type RestartBackOff } from './restartDelay';
import { restoreRecords } from './restoreRecords';

/** What all pods of a node share. */
export interface PodWorkerContext {
  client: KubeClient;
  events: EventRecorder;
  launcher: ContainerLauncher;
  addresses: PodAddresses;
  ledger: OrphanLedger;
  allocatable: Allocatable;
  hostIP: string;
  backOff: RestartBackOff;
  /** What the ids of all containers of this node begin with. */
  idPrefix: string;
  log: Logger;
}

/** Delays between attempts to mount volumes, which is also tried when what was missing appears. */
const MOUNT_BACK_OFF: RestartBackOff = { baseMs: 500, maxMs: 10_000 };
/** A container that cannot be created is tried again like one that fails, beginning here. */
const CREATE_BACK_OFF: RestartBackOff = { baseMs: 1_000, maxMs: 30_000 };
/** What is left to a container of a pod whose object was deleted by force, as kubelets give it. */
const FORCED_GRACE_MS = 1_000;
/** Sidecars get at least this much when the others have used up the grace period, as kubelets give it. */
const LEAST_GRACE_MS = 2_000;
const DEFAULT_GRACE_S = 30;

/** Brings one pod of this node to life and to its end. It acts when something changes and never polls. */
export class PodWorker {
  readonly directory: string;
  #pod: Pod;
  readonly #context: PodWorkerContext;
  readonly #volumes: PodVolumes;
  readonly #records: Map<string, ContainerRecord>;
  readonly #runs = new Map<string, ContainerRun>();
  readonly #status: PodStatusWriter;
  readonly #startedAt: number;
  readonly #log: Logger;
  #facts: PodFacts | undefined;
  #isMounted = false;
  #mountFailures = 0;
  #mustRemount = false;
  #ending: PodEnding | undefined;
  #endBy = Infinity;
  #outcome: PodOutcome | undefined;
  /** The outcome is written and what the pod held is free. */
  #isSettled = false;
  #isGone = false;
  #isShutDown = false;
  #isDue = false;
  #isBusy = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #finished!: () => void;
  /** Settles when nothing of the pod is left on this machine. */
  readonly finished = new Promise<void>(resolve => {
    this.#finished = resolve;
  });

  constructor(pod: Pod, directory: string, context: PodWorkerContext) {
    this.#pod = pod;
    this.directory = directory;
    this.#context = context;
    const { namespace, name } = pod.metadata;
    this.#log = context.log.child({ pod: `${namespace}/${name}` });
    this.#volumes = new PodVolumes(
      context.client,
      pod,
      join(directory, 'volumes'),
    );
    const now = Date.now();
    this.#startedAt = Date.parse(pod.status?.startTime ?? '') || now;
    this.#records = restoreRecords(pod, now);
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') {
      // It ended before; its logs are still asked for.
      this.#outcome = { phase };
      this.#isSettled = true;
    }
    this.#status = new PodStatusWriter(context.client, pod, this.#log);
    this.update(pod);
  }

  get pod(): Pod {
    return this.#pod;
  }

  get podIP(): string | undefined {
    return this.#facts?.podIP;
  }

  /** The present run of a container, if it runs. */
  runOf(container: string): ContainerRun | undefined {
    return this.#runs.get(container);
  }

  recordOf(container: string): ContainerRecord | undefined {
    return this.#records.get(container);
  }

  logDirectoryOf(container: string): string {
    return join(this.directory, 'logs', container);
  }

  /** Takes in a new version of the object. */
  update(pod: Pod): void {
    this.#pod = pod;
    const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (deletionTimestamp) {
      this.#end(
        { because: 'Deleted' },
        (deletionGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000,
      );
    }
    this.#wake();
  }

  /** The object is gone: whatever still runs is ended, and nothing is written any more. */
  remove(): void {
    this.#isGone = true;
    this.#status.close();
    this.#end({ because: 'Deleted' }, FORCED_GRACE_MS);
    this.#wake();
  }

  /** A ConfigMap or Secret that the pod refers to has changed. */
  refresh(): void {
    this.#mustRemount = true;
    // Whatever waited for it is tried at once.
    for (const { state } of this.#records.values()) {
      if (state.is === 'blocked') state.retryAt = 0;
    }
    this.#wake();
  }

  /** Ends all containers because the node stops; the object stays as it is. */
  async shutDown(graceMs: number): Promise<void> {
    this.#isShutDown = true;
    this.#status.close();
    clearTimeout(this.#timer);
    const { containers, initContainers = [] } = this.#pod.spec!;
    const endBy = Date.now() + graceMs;
    const stop = (container: Container) =>
      this.#runs.get(container.name)?.stop(Math.max(0, endBy - Date.now()));
    await Promise.all(containers.map(stop));
    for (const container of [...initContainers].reverse()) {
      await stop(container);
    }
  }

  #end(ending: PodEnding, graceMs: number): void {
    this.#ending ??= ending;
    if (this.#outcome) return;
    const endBy = Date.now() + graceMs;
    if (endBy >= this.#endBy) return;
    const isShortened = this.#endBy !== Infinity;
    this.#endBy = endBy;
    if (!isShortened) return;
    for (const [name, run] of this.#runs) {
      const { state } = this.#records.get(name)!;
      if (state.is === 'running' && state.isStopping) void run.stop(graceMs);
    }
  }

  #wake(): void {
    this.#isDue = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    void this.#work();
  }

  async #work(): Promise<void> {
    while (this.#isDue && !this.#isShutDown) {
      this.#isDue = false;
      try {
        await this.#step();
      } catch (error) {
        this.#log.error({ err: error }, 'a pod could not be brought further');
        this.#wakeAt(Date.now() + 1000);
      }
    }
    this.#isBusy = false;
  }

  async #step(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
    if (!this.#outcome) await this.#advance();
    if (this.#outcome) await this.#finish();
    else this.#publish();
  }

  async #advance(): Promise<void> {
    if (!this.#ending && !(await this.#ensureMounted())) return;
    const actions = decidePod({
      spec: this.#pod.spec!,
      records: this.#records,
      startedAt: this.#startedAt,
      ending: this.#ending,
      backOff: this.#context.backOff,
      now: Date.now(),
    });
    for (const action of actions) this.#carryOut(action);
    const { refreshAt } = this.#volumes;
    if (refreshAt !== undefined) this.#wakeAt(refreshAt);
  }

  #carryOut(action: PodAction): void {
    switch (action.act) {
      case 'start':
        void this.#start(action.container);
        break;
      case 'stop':
        void this.#stop(action.container, action.because);
        break;
      case 'fail': {
        const { reason, message } = action;
        this.#tell('Warning', reason, message);
        this.#end({ because: 'Failed', reason, message }, this.#graceMs());
        this.#isDue = true;
        break;
      }
      case 'conclude':
        this.#outcome = {
          phase: action.phase,
          ...(this.#ending?.because === 'Failed' && {
            reason: this.#ending.reason,
            message: this.#ending.message,
          }),
        };
        break;
      case 'wait':
        this.#wakeAt(action.until);
        break;
      default:
        action satisfies never;
    }
  }

  /** Gives the pod its address and volumes. Says whether it has them. */
  async #ensureMounted(): Promise<boolean> {
    const { addresses, hostIP, allocatable, client } = this.#context;
    this.#facts ??= {
      podIP: addresses.allocate(this.#pod.status?.podIP),
      hostIP,
    };
    const { refreshAt = Infinity } = this.#volumes;
    if (this.#isMounted && !this.#mustRemount && Date.now() < refreshAt) {
      return true;
    }
    this.#mustRemount = false;
    try {
      const objects = await readPodObjects(client, this.#pod);
      const facts = this.#facts;
      await this.#volumes.mount(objects, { facts, allocatable }, Date.now());
      this.#isMounted = true;
      this.#mountFailures = 0;
    } catch (error) {
      this.#mountFailures++;
      this.#tell('Warning', 'FailedMount', (error as Error).message);
      const delay = restartDelay(this.#mountFailures + 1, MOUNT_BACK_OFF);
      this.#mustRemount = true;
      this.#wakeAt(Date.now() + delay);
    }
    return this.#isMounted;
  }

  async #start(name: string): Promise<void> {
    const record = this.#records.get(name)!;
    const before = record.state;
    record.state = { is: 'starting' };
    if (before.is === 'ended') {
      record.lastRun = before.run;
      record.restartCount++;
    }
    const container = this.#container(name);
    const { idPrefix } = this.#context;
    const { uid } = this.#pod.metadata;
    const containerId = `${idPrefix}-${uid}-${name}-${record.restartCount}`;
    const startedAt = Date.now();
    try {
      await this.#run(container, record, containerId);
    } catch (error) {
      const isStartError = (error as Error).name === 'ContainerStartError';
      record.state = isStartError
        ? this.#failedStart(record, error as Error, containerId, startedAt)
        : this.#blocked(before, error as Error);
    }
    this.#wake();
  }

  async #run(
    container: Container,
    record: ContainerRecord,
    containerId: string,
  ): Promise<void> {
    const { name } = container;
    const { launcher, ledger } = this.#context;
    const facts = this.#facts!;
    const prepared = await launcher.prepare(container, {
      pod: this.#pod,
      facts,
      volumes: this.#volumes,
      directory: this.directory,
    });
    const run = await ContainerRun.start({
      container,
      containerId,
      prepared,
      podIP: facts.podIP,
      logDirectory: this.logDirectoryOf(name),
      index: record.restartCount,
      events: this.#eventsOf(record),
    });
    const entered = ledger.enter(containerId, run.process.pid);
    this.#runs.set(name, run);
    record.state = {
      is: 'running',
      startedAt: run.startedAt,
      containerId,
      isStarted: !container.startupProbe && !container.lifecycle?.postStart,
      isReady: !container.readinessProbe,
      isStopping: false,
    };
    this.#tell(
      'Normal',
      'Pulled',
      `Container image "${container.image}" already present on machine`,
    );
    this.#tell('Normal', 'Created', `Container created: ${name}`);
    this.#tell('Normal', 'Started', `Container started: ${name}`);
    run.begin();
    void run.ended.then(async exit => {
      this.#runs.delete(name);
      const message = await terminationMessage(container, exit, {
        file: prepared.terminationFile,
        log: run.log.path,
      });
      this.#ended(record, endedRun(exit, message, containerId, run.startedAt));
      await entered;
      await ledger.strike(containerId);
      void rm(this.#oldLog(name, record.restartCount - 2), { force: true });
    });
    if (this.#isShutDown) await run.stop(0);
  }

  #ended(record: ContainerRecord, run: ReturnType<typeof endedRun>): void {
    const { backOff } = this.#context;
    const ranMs = run.finishedAt - run.startedAt;
    record.failures = isStable(ranMs, backOff) ? 1 : record.failures + 1;
    record.state = { is: 'ended', run };
    const delay = restartDelay(record.failures, backOff);
    if (delay > 0 && this.#willRestart()) {
      this.#tell(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${record.name} in pod ${this.#pod.metadata.name}`,
      );
    }
    this.#wake();
  }

  #failedStart(
    record: ContainerRecord,
    error: Error,
    containerId: string,
    startedAt: number,
  ): ContainerState {
    this.#tell('Warning', 'Failed', `Error: ${error.message}`);
    record.failures++;
    // The exit code that container runtimes report for a process that could not be started.
    const exitCode = 128;
    const reason = 'StartError';
    const { message } = error;
    const finishedAt = Date.now();
    return {
      is: 'ended',
      run: { exitCode, reason, message, containerId, startedAt, finishedAt },
    };
  }

  #blocked(before: ContainerState, error: Error): ContainerState {
    const attempts = before.is === 'blocked' ? before.attempts + 1 : 1;
    const blocked = blockedReason(error, attempts);
    this.#tell('Warning', 'Failed', `Error: ${blocked.reason}`);
    this.#tell('Warning', 'Failed', blocked.message);
    const retryAt = Date.now() + restartDelay(attempts + 1, CREATE_BACK_OFF);
    return { is: 'blocked', ...blocked, attempts, retryAt };
  }

  async #stop(name: string, because: string): Promise<void> {
    const { state } = this.#records.get(name)!;
    const run = this.#runs.get(name);
    if (state.is !== 'running' || !run) return;
    state.isStopping = true;
    this.#tell('Normal', 'Killing', because === 'Stopping container' ? `${because} ${name}` : because);
    const left = this.#ending
      ? Math.max(this.#endBy - Date.now(), this.#leastGraceMs(name))
      : this.#graceMs(name);
    await run.stop(left);
  }

  #leastGraceMs(name: string): number {
    const isInit = this.#pod.spec!.initContainers?.some(
      container => container.name === name,
    );
    return isInit ? LEAST_GRACE_MS : 0;
  }

  /** The pod's grace period, or that of the probe that wants a container ended. */
  #graceMs(name?: string): number {
    const { terminationGracePeriodSeconds = DEFAULT_GRACE_S } = this.#pod.spec!;
    const { livenessProbe, startupProbe } = name
      ? this.#container(name)
      : ({} as Partial<Container>);
    const seconds =
      livenessProbe?.terminationGracePeriodSeconds ??
      startupProbe?.terminationGracePeriodSeconds ??
      terminationGracePeriodSeconds;
    return seconds * 1000;
  }

  #eventsOf(record: ContainerRecord) {
    const change = (
      apply: (state: ContainerState & { is: 'running' }) => void,
    ) => {
      if (record.state.is !== 'running') return;
      apply(record.state);
      this.#wake();
    };
    return {
      onStarted: () => change(state => (state.isStarted = true)),
      onReadiness: (isReady: boolean) =>
        change(state => (state.isReady = isReady)),
      onUnhealthy: (message: string) =>
        change(state => (state.unhealthy = message)),
      onProbeFailure: (kind: string, message: string) =>
        this.#tell('Warning', 'Unhealthy', `${kind} probe failed: ${message}`),
      onHookFailure: (hook: string, message: string) =>
        this.#tell('Warning', `Failed${hook}Hook`, `${hook} hook failed: ${message}`),
    };
  }

  /** All containers have ended: says so, frees what the pod held, and lets a deleted object go. */
  async #finish(): Promise<void> {
    if (!this.#isSettled) {
      this.#isSettled = true;
      if (!this.#isGone) await this.#status.write(this.#currentStatus());
      if (this.#facts) this.#context.addresses.release(this.#facts.podIP);
    }
    if (!this.#isGone && !this.#pod.metadata.deletionTimestamp) return;
    if (!this.#isGone) await this.#status.deleteObject();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
    this.#finished();
  }

  #publish(): void {
    // What is just being started is told in one write with what comes of it.
    for (const { state } of this.#records.values()) {
      if (state.is === 'starting') return;
    }
    this.#status.publish(this.#currentStatus());
  }

  #currentStatus() {
    const { hostIP, backOff } = this.#context;
    return podStatus({
      pod: this.#status.pod,
      records: this.#records,
      facts: this.#facts,
      hostIP,
      startedAt: this.#startedAt,
      outcome: this.#outcome,
      backOff,
      now: Date.now(),
    });
  }

  #willRestart(): boolean {
    return !this.#ending && this.#pod.spec!.restartPolicy !== 'Never';
  }

  #oldLog(name: string, index: number): string {
    return join(this.logDirectoryOf(name), `${index}.log`);
  }

  #container(name: string): Container {
    const { containers, initContainers = [] } = this.#pod.spec!;
    return [...initContainers, ...containers].find(
      container => container.name === name,
    )!;
  }

  #tell(type: 'Normal' | 'Warning', reason: string, note: string): void {
    if (this.#isGone) return;
    this.#context.events.event(this.#pod, { type, reason, note });
  }

  /** The earliest time asked for counts. */
  #wakeAt(at: number): void {
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const delay = Math.min(Math.max(0, at - Date.now()), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#wake(), delay);
  }
}
