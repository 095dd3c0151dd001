import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  EventRecorder,
  KubeClient,
  Pod,
} from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import type { PodFacts } from '../environment/fieldValue';
import type { Allocatable } from '../environment/resourceFieldValue';
import type { PodAddresses } from '../network/PodAddresses';
import { PodVolumes } from '../volumes/PodVolumes';
import { decidePod, type PodAction, type PodEnding } from './decidePod';
import { gracePeriod } from './gracePeriod';
import { PodContainers, type PodContainersContext } from './PodContainers';
import { readPodObjects } from './PodObjects';
import { podStatus, type PodOutcome } from './podStatus';
import { PodStatusWriter } from './PodStatusWriter';
import { restartDelay, type RestartBackOff } from './restartDelay';

/** What all pods of a node share. */
export interface PodWorkerContext extends PodContainersContext {
  client: KubeClient;
  events: EventRecorder;
  addresses: PodAddresses;
  allocatable: Allocatable;
  hostIP: string;
  log: Logger;
}

/** Delays between attempts to mount volumes, which is also tried when what was missing appears. */
const MOUNT_BACK_OFF: RestartBackOff = { baseMs: 500, maxMs: 10_000 };
/** What is left to a container of a pod whose object was deleted by force, as kubelets give it. */
const FORCED_GRACE_MS = 1_000;
const RETRY_MS = 1_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Brings one pod of this node to life and to its end. It acts when something changes and never polls. */
export class PodWorker {
  readonly containers: PodContainers;
  /** Settles when nothing of the pod is left on this machine. */
  readonly finished: Promise<void>;
  readonly #directory: string;
  readonly #context: PodWorkerContext;
  readonly #volumes: PodVolumes;
  readonly #status: PodStatusWriter;
  readonly #startedAt: number;
  readonly #log: Logger;
  #pod: Pod;
  #facts: PodFacts | undefined;
  #isMounted = false;
  #mountFailures = 0;
  #mustRemount = false;
  #ending: PodEnding | undefined;
  /** When containers that are being ended get SIGKILL, in milliseconds since the epoch. */
  #endBy = Infinity;
  #outcome: PodOutcome | undefined;
  /** The outcome is written and what the pod held is free. */
  #isSettled = false;
  /** The object is gone: there is nobody to tell anything. */
  #isGone = false;
  #isShutDown = false;
  #isDue = false;
  #isBusy = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #finish!: () => void;

  constructor(pod: Pod, directory: string, context: PodWorkerContext) {
    const { namespace, name } = pod.metadata;
    this.#pod = pod;
    this.#directory = directory;
    this.#context = context;
    this.#log = context.log.child({ pod: `${namespace}/${name}` });
    this.finished = new Promise(resolve => {
      this.#finish = resolve;
    });
    this.#volumes = new PodVolumes(
      context.client,
      pod,
      join(directory, 'volumes'),
    );
    this.containers = new PodContainers({
      ...context,
      pod,
      directory,
      volumes: this.#volumes,
      onChange: () => this.#wake(),
      tell: (...event) => this.#tell(...event),
    });
    this.#startedAt = Date.parse(pod.status?.startTime ?? '') || Date.now();
    this.#status = new PodStatusWriter(context.client, pod, this.#log);
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') {
      // It ended before; its logs are still asked for.
      this.#outcome = { phase };
      this.#isSettled = true;
    }
    this.update(pod);
  }

  get pod(): Pod {
    return this.#pod;
  }

  get podIP(): string | undefined {
    return this.#facts?.podIP;
  }

  /** Takes in a new version of the object. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp) {
      const { deletionGracePeriodSeconds } = pod.metadata;
      this.#end(
        { because: 'Deleted' },
        deletionGracePeriodSeconds === undefined
          ? gracePeriod(pod)
          : deletionGracePeriodSeconds * 1000,
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
    this.containers.hurryBlocked();
    this.#wake();
  }

  /** Ends all containers because the node stops; the object stays as it is. */
  async shutDown(graceMs: number): Promise<void> {
    this.#isShutDown = true;
    this.#status.close();
    clearTimeout(this.#timer);
    await this.containers.shutDown(graceMs);
  }

  #end(ending: PodEnding, graceMs: number): void {
    this.#ending ??= ending;
    const endBy = Date.now() + graceMs;
    if (endBy >= this.#endBy) return;
    const isShortened = this.#endBy !== Infinity;
    this.#endBy = endBy;
    if (isShortened) this.containers.shorten(graceMs);
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
        this.#wakeAt(Date.now() + RETRY_MS);
      }
    }
    this.#isBusy = false;
  }

  async #step(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
    if (!this.#outcome) await this.#advance();
    if (this.#outcome) await this.#conclude();
    else this.#publish();
  }

  async #advance(): Promise<void> {
    if (!this.#ending && !(await this.#ensureMounted())) return;
    const actions = decidePod({
      spec: this.#pod.spec!,
      records: this.containers.records,
      startedAt: this.#startedAt,
      ending: this.#ending,
      backOff: this.#context.backOff,
      now: Date.now(),
    });
    for (const action of actions) this.#carryOut(action);
    this.#wakeAt(this.#volumes.refreshAt ?? Infinity);
  }

  #carryOut(action: PodAction): void {
    switch (action.act) {
      case 'start':
        void this.containers.start(action.container, this.#facts!);
        break;
      case 'stop':
        this.#stop(action.container, action.because);
        break;
      case 'fail': {
        const { reason, message } = action;
        this.#tell('Warning', reason, message);
        const graceMs = gracePeriod(this.#pod);
        this.#end({ because: 'Failed', reason, message }, graceMs);
        this.#isDue = true;
        break;
      }
      case 'conclude': {
        const { phase } = action;
        this.#outcome = { ...this.#ending, phase };
        break;
      }
      case 'wait':
        this.#wakeAt(action.until);
        break;
      default:
        action satisfies never;
    }
  }

  #stop(name: string, because: string): void {
    const graceMs = gracePeriod(this.#pod, {
      container: this.containers.containerNamed(name),
      endBy: this.#ending && this.#endBy,
      now: Date.now(),
    });
    void this.containers.stop(name, because, graceMs);
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

  /** All containers have ended: says so, frees what the pod held, and lets a deleted object go. */
  async #conclude(): Promise<void> {
    if (!this.#isSettled) {
      this.#isSettled = true;
      if (!this.#isGone) await this.#status.write(this.#currentStatus());
      if (this.#facts) this.#context.addresses.release(this.#facts.podIP);
    }
    if (!this.#isGone && !this.#pod.metadata.deletionTimestamp) return;
    if (!this.#isGone) await this.#status.deleteObject();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 3 });
    this.#finish();
  }

  #publish(): void {
    // What is just being started is told in one write with what comes of it.
    for (const { state } of this.containers.records.values()) {
      if (state.is === 'starting') return;
    }
    this.#status.publish(this.#currentStatus());
  }

  #currentStatus() {
    const { hostIP, backOff } = this.#context;
    return podStatus({
      pod: this.#status.pod,
      records: this.containers.records,
      facts: this.#facts,
      hostIP,
      startedAt: this.#startedAt,
      outcome: this.#outcome,
      backOff,
      now: Date.now(),
    });
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
    const delayMs = Math.max(0, at - Date.now());
    this.#timer = setTimeout(
      () => this.#wake(),
      Math.min(delayMs, LONGEST_TIMER_MS),
    );
  }
}
