import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { ExecOptions, ExecSession } from '../../apiserver/NodeProxy';
import { startCommand } from '../exec/startCommand';
import { ContainerLog } from '../logs/ContainerLog';
import type { Container, Probe } from '../pods/podParts';
import type { ProbeResult } from '../probes/foldProbe';
import { keepProbing } from '../probes/Prober';
import { runProbe, type CommandOutcome } from '../probes/runProbe';
import type { PreparedContainer } from './ContainerLauncher';
import { ContainerProcess } from './ContainerProcess';
import type { ProcessExit } from './Leader';

/** What a container says about itself while it runs. */
export interface ContainerRunEvents {
  /** The start hook and the startup probe are done. */
  onStarted(): void;
  onReadiness(isReady: boolean): void;
  /** A probe or the start hook wants the container ended. */
  onUnhealthy(message: string): void;
  /** An attempt of a probe failed. */
  onProbeFailure(kind: ProbeKind, message: string): void;
  /** A hook failed. */
  onHookFailure(hook: 'PostStart' | 'PreStop', message: string): void;
}

export type ProbeKind = 'Startup' | 'Liveness' | 'Readiness';

export interface ContainerRunOptions {
  container: Container;
  containerId: string;
  prepared: PreparedContainer;
  podIP: string;
  /** Folder of the container's logs. */
  logDirectory: string;
  /** Which run of the container this is, from 0: names its log. */
  index: number;
  events: ContainerRunEvents;
}

/** How long a start hook may take; the API sets no limit, but a container must not be "starting" for ever. */
const HOOK_TIMEOUT_MS = 600_000;
/** What of a command's output is shown in an event. */
const MAX_OUTPUT = 4096;

/** Where the log of a container's run lies. */
export function logPath(directory: string, index: number): string {
  return join(directory, `${index}.log`);
}

/** One run of a container: its processes, log, probes and hooks. */
export class ContainerRun {
  readonly log: ContainerLog;
  readonly process: ContainerProcess;
  readonly startedAt = Date.now();
  /** Settles when nothing of the container is left and its log is complete. */
  readonly ended: Promise<ProcessExit>;
  readonly #options: ContainerRunOptions;
  readonly #ending = new AbortController();
  #isStopping = false;

  private constructor(
    process: ContainerProcess,
    log: ContainerLog,
    options: ContainerRunOptions,
  ) {
    this.process = process;
    this.log = log;
    this.#options = options;
    this.ended = this.#follow();
  }

  /** Throws `ContainerStartError`. */
  static async start(options: ContainerRunOptions): Promise<ContainerRun> {
    const { container, containerId, prepared } = options;
    const process = await ContainerProcess.start(
      containerId,
      prepared.command,
      { stdin: container.stdin ?? false, tty: container.tty ?? false },
    );
    const log = new ContainerLog(logPath(options.logDirectory, options.index));
    return new ContainerRun(process, log, options);
  }

  /** Runs the start hook and begins to probe. To be called when the container is known as running. */
  begin(): void {
    this.#begin().catch(error =>
      this.#options.events.onUnhealthy((error as Error).message),
    );
  }

  /** Runs the stop hook, then asks the processes to end, and ends them when the grace period is over. */
  async stop(graceMs: number): Promise<ProcessExit> {
    const deadline = Date.now() + graceMs;
    const { preStop } = this.#options.container.lifecycle ?? {};
    if (preStop && !this.#isStopping && graceMs > 0) {
      this.#isStopping = true;
      const result = await Promise.race([
        runProbe(preStop, this.#target(), graceMs),
        this.ended,
      ]);
      if ('isSuccess' in result && !result.isSuccess) {
        this.#options.events.onHookFailure('PreStop', result.message);
      }
    }
    return this.process.stop(Math.max(0, deadline - Date.now()));
  }

  /** The container's input. It ends with the client's only if the container wants that (`stdinOnce`), else the next client goes on. */
  attachableStdin(): Writable | undefined {
    const { stdin } = this.process.leader;
    if (!stdin || this.#options.container.stdinOnce) return stdin;
    return new Writable({
      write: (chunk, encoding, done) => {
        if (stdin.write(chunk, encoding)) done();
        else stdin.once('drain', done);
      },
    });
  }

  exec(options: ExecOptions): Promise<ExecSession> {
    const { prepared, containerId } = this.#options;
    const command = prepared.beside(options.command);
    return startCommand(command, containerId, options);
  }

  async #follow(): Promise<ProcessExit> {
    const { stdout, stderr } = this.process.leader;
    const recorded = Promise.all([
      this.log.record(stdout, 'stdout'),
      stderr && this.log.record(stderr, 'stderr'),
    ]);
    const exit = await this.process.ended;
    this.#ending.abort();
    stdout.destroy();
    stderr?.destroy();
    await recorded;
    await this.log.close();
    return exit;
  }

  async #begin(): Promise<void> {
    const { container, events } = this.#options;
    const { postStart } = container.lifecycle ?? {};
    if (postStart) {
      const result = await runProbe(postStart, this.#target(), HOOK_TIMEOUT_MS);
      if (!result.isSuccess && !this.#ending.signal.aborted) {
        events.onHookFailure('PostStart', result.message);
        events.onUnhealthy('FailedPostStartHook');
        return;
      }
    }
    if (!container.startupProbe) {
      this.#started();
      return;
    }
    const stopped = new AbortController();
    this.#probe('Startup', container.startupProbe, stopped, isHealthy => {
      if (isHealthy) {
        stopped.abort();
        this.#started();
      } else {
        events.onUnhealthy(
          `Container ${container.name} failed startup probe, will be restarted`,
        );
      }
    });
  }

  #started(): void {
    const { container, events } = this.#options;
    events.onStarted();
    if (container.readinessProbe) {
      this.#probe(
        'Readiness',
        container.readinessProbe,
        this.#ending,
        isHealthy => events.onReadiness(isHealthy),
      );
    }
    if (container.livenessProbe) {
      this.#probe(
        'Liveness',
        container.livenessProbe,
        this.#ending,
        isHealthy => {
          if (isHealthy) return;
          events.onUnhealthy(
            `Container ${container.name} failed liveness probe, will be restarted`,
          );
        },
      );
    }
  }

  #probe(
    kind: ProbeKind,
    probe: Probe,
    until: AbortController,
    onVerdict: (isHealthy: boolean, result: ProbeResult) => void,
  ): void {
    const { events } = this.#options;
    void keepProbing({
      probe,
      attempt: timeoutMs => runProbe(probe, this.#target(), timeoutMs),
      onVerdict,
      onFailure: ({ message }) => events.onProbeFailure(kind, message),
      startedAt: this.startedAt,
      signal: AbortSignal.any([until.signal, this.#ending.signal]),
    }).catch(error => events.onProbeFailure(kind, error.message));
  }

  #target() {
    return {
      container: this.#options.container,
      podIP: this.#options.podIP,
      run: (argv: readonly string[], timeoutMs: number) =>
        this.#run(argv, timeoutMs),
    };
  }

  async #run(
    argv: readonly string[],
    timeoutMs: number,
  ): Promise<CommandOutcome> {
    const session = await this.exec({
      command: [...argv],
      stdin: false,
      stdout: true,
      stderr: true,
      tty: false,
    });
    let output = '';
    const collect = (text: string) => {
      if (output.length < MAX_OUTPUT) output += text;
    };
    session.stdout!.setEncoding('utf8').on('data', collect);
    session.stderr!.setEncoding('utf8').on('data', collect);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      session.close();
    }, timeoutMs);
    try {
      const { exitCode } = await session.result;
      if (isLate) throw new Error(`command timed out after ${timeoutMs} ms`);
      return { exitCode, output: output.trim() };
    } finally {
      clearTimeout(timer);
    }
  }
}
