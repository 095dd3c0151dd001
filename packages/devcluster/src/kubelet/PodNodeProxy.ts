import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import type {
  ContainerRef,
  ExecOptions,
  ExecSession,
  LogOptions,
  NodeProxy,
  PortTarget,
} from '../apiserver/NodeProxy';
import { logPath, type ContainerRun } from './containers/ContainerRun';
import { readLog } from './logs/readLog';
import type { PodWorker } from './pods/PodWorker';

/** A request about a container that cannot be answered now. The message is meant for the caller of the API. */
export class ContainerUnavailableError extends Error {
  readonly name = 'ContainerUnavailableError';
}

/** Answers from the pods that run here. */
export class PodNodeProxy implements NodeProxy {
  readonly #workerOf: (uid: string) => PodWorker | undefined;

  constructor(workerOf: (uid: string) => PodWorker | undefined) {
    this.#workerOf = workerOf;
  }

  async *logs(
    container: ContainerRef,
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const worker = this.#worker(container);
    const record = worker.containers.records.get(container.container);
    const restarts = record?.restartCount ?? 0;
    const index = options.previous ? restarts - 1 : restarts;
    const path = logPath(
      worker.containers.logDirectoryOf(container.container),
      index,
    );
    const run = worker.containers.runOf(container.container);
    if (options.previous && !existsSync(path)) {
      throw new ContainerUnavailableError(
        `previous terminated container "${container.container}" in pod "${container.pod}" not found`,
      );
    }
    await run?.log.opened;
    if (!existsSync(path)) {
      throw new ContainerUnavailableError(
        `container "${container.container}" in pod "${
          container.pod
        }" is waiting to start: ${waitingReason(record?.state)}`,
      );
    }
    const live = options.previous ? undefined : run?.log;
    yield* readLog(path, live, options, signal);
  }

  async exec(
    container: ContainerRef,
    options: ExecOptions,
  ): Promise<ExecSession> {
    return this.#run(container).exec(options);
  }

  async attach(
    container: ContainerRef,
    options: ExecOptions,
  ): Promise<ExecSession> {
    const run = this.#run(container);
    const { log, process } = run;
    const stdout = options.stdout ? new PassThrough() : undefined;
    const stderr =
      options.stderr && !options.tty ? new PassThrough() : undefined;
    const detach = log.tap((stream, chunk) => {
      (stream === 'stdout' ? stdout : stderr)?.write(chunk);
    });
    const close = () => {
      detach();
      stdout?.end();
      stderr?.end();
    };
    return {
      stdin: options.stdin ? run.attachableStdin() : undefined,
      stdout,
      stderr,
      resize: (columns, rows) => process.leader.resize(columns, rows),
      close,
      // How the container ended stands in the pod's status; the session itself went well.
      result: run.ended.finally(close).then(() => ({ exitCode: 0 })),
    };
  }

  portTarget(
    pod: { namespace: string; name: string; uid: string },
    port: number,
  ): PortTarget | undefined {
    const host = this.#workerOf(pod.uid)?.podIP;
    return host === undefined ? undefined : { host, port };
  }

  #worker({ pod, namespace, uid }: ContainerRef): PodWorker {
    const worker = this.#workerOf(uid);
    if (worker) return worker;
    throw new ContainerUnavailableError(
      `pod "${namespace}/${pod}" is not known to the node yet, or has left it; its containers have no logs and take no commands here`,
    );
  }

  #run(container: ContainerRef): ContainerRun {
    const worker = this.#worker(container);
    const run = worker.containers.runOf(container.container);
    if (run) return run;
    throw new ContainerUnavailableError(
      `container "${container.container}" of pod "${
        container.pod
      }" is not running (${waitingReason(
        worker.containers.records.get(container.container)?.state,
      )})`,
    );
  }
}

function waitingReason(
  state: { is: string; reason?: string } | undefined,
): string {
  if (state?.is === 'blocked') return state.reason!;
  if (state?.is === 'ended') return 'terminated';
  return 'ContainerCreating';
}
