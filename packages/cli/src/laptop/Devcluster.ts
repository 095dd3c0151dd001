import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CliError } from '../CliError';
import { GreenroomHome } from '../home/GreenroomHome';

export interface DevclusterOptions {
  /** Port of the API server; a free one when not given. */
  port?: number;
  /** Longest wait for the API server, in milliseconds. */
  startTimeoutMs: number;
}

interface ReadyLine {
  ready: true;
  apiServer: string;
  kubeconfig: string;
}

/** The devcluster program as a child of this process. */
export class Devcluster {
  private constructor(
    private readonly child: ChildProcess,
    readonly apiServer: string,
    /** Settles when the program has ended, with a sentence about how. */
    readonly ended: Promise<string>,
  ) {}

  /** @throws {@link CliError} with the last lines of its log when it does not become ready. */
  static async start(
    home: GreenroomHome,
    { port, startTimeoutMs }: DevclusterOptions,
  ): Promise<Devcluster> {
    mkdirSync(home.logs, { recursive: true });
    const logFile = path.join(home.logs, 'devcluster.log');
    const log = openSync(logFile, 'w');
    const child = spawn(
      process.execPath,
      [
        path.join(home.root, 'packages/devcluster/dist/devcluster.mjs'),
        ...['--state', home.clusterState],
        ...['--images', home.imagesFile],
        ...['--kubeconfig', home.kubeconfig],
        ...['--store', 'sqlite'],
        ...(port === undefined ? [] : ['--port', String(port)]),
      ],
      {
        stdio: ['ignore', 'pipe', log],
        env: { ...process.env, NODE_COMPILE_CACHE: home.compileCache },
        // A Ctrl-C in the terminal reaches `up` alone, which then stops the parts in order.
        detached: true,
      },
    );
    const ended = new Promise<string>(resolve => {
      child.once('error', error => resolve(error.message));
      child.once('exit', (code, signal) =>
        resolve(signal ? `ended by ${signal}` : `ended with status ${code}`),
      );
    });
    const ready = new Promise<ReadyLine>(resolve => {
      createInterface({ input: child.stdout! }).on('line', line => {
        const message = parseReady(line);
        if (message) resolve(message);
      });
    });
    let timer: NodeJS.Timeout | undefined;
    const result = await Promise.race([
      ready,
      ended,
      new Promise<string>(resolve => {
        timer = setTimeout(
          () => resolve(`was not ready after ${startTimeoutMs / 1000} s`),
          startTimeoutMs,
        );
      }),
    ]);
    clearTimeout(timer);
    if (typeof result === 'string') {
      child.kill('SIGKILL');
      const tail = readFileSync(logFile, 'utf8').trim().split('\n').slice(-5);
      throw new CliError(
        `The local cluster did not start: it ${result}.\n${tail.join(
          '\n',
        )}\nThe whole log is in ${logFile}. If its state is damaged, start afresh with: greenroom up --reset`,
      );
    }
    return new Devcluster(child, result.apiServer, ended);
  }

  /** Ends all pods and the API server; after the time-out by force. */
  async stop(timeoutMs: number) {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), timeoutMs);
    await this.ended;
    clearTimeout(timer);
  }
}

function parseReady(line: string): ReadyLine | undefined {
  try {
    const message = JSON.parse(line);
    return message.ready ? message : undefined;
  } catch {
    return undefined;
  }
}
