import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  KubeClient,
  loadClusterAccess,
  resourceType,
  type KubernetesObject,
} from '@greenroom/controller-runtime';
import { Agent, Approval, Task } from '@greenroom/kinds';
import { Kubectl } from './Kubectl';

export const agentType = resourceType<Agent>(Agent);
export const approvalType = resourceType<Approval>(Approval);
export const taskType = resourceType<Task>(Task);

/** Longest wait for anything that must come. */
const WAIT_MS = 120_000;

/** A playbook of one step that does nothing. */
const TRIVIAL_PLAYBOOK = 'steps:\n  - name: nothing\n    status: done\n';

/** What the greenroom command said and how it ended. */
export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Everything that `greenroom up` starts, in a state folder of its own, as a user would have it. */
export class LaptopCluster {
  client!: KubeClient;
  kubectl!: Kubectl;
  kubeconfig!: string;
  /** What `up` has said so far on standard error. */
  said = '';
  private child?: ChildProcess;

  private constructor(
    /** GREENROOM_HOME. */
    readonly home: string,
    private readonly root: string,
  ) {}

  static create(root: string): LaptopCluster {
    return new LaptopCluster(
      mkdtempSync(path.join(tmpdir(), 'greenroom-up-')),
      root,
    );
  }

  static async start(root: string): Promise<LaptopCluster> {
    const cluster = LaptopCluster.create(root);
    await cluster.up();
    return cluster;
  }

  /** The process that `up` is. */
  get pid(): number {
    return this.child!.pid!;
  }

  private spawnCommand(args: string[]): ChildProcess {
    return spawn(
      process.execPath,
      [path.join(this.root, 'packages/cli/dist/greenroom.mjs'), ...args],
      {
        env: {
          ...process.env,
          GREENROOM_HOME: this.home,
          GREENROOM_ROOT: this.root,
          KUBECONFIG: '',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  }

  /** Runs a command to its end. */
  async command(...args: string[]): Promise<CommandResult> {
    const child = this.spawnCommand(args);
    const result: CommandResult = { status: null, stdout: '', stderr: '' };
    child.stdout!.on('data', chunk => {
      result.stdout += chunk;
    });
    child.stderr!.on('data', chunk => {
      result.stderr += chunk;
    });
    result.status = await new Promise(resolve => child.once('close', resolve));
    return result;
  }

  /** What a command that says something answers with `-o json`. */
  async json<T>(...args: string[]): Promise<T> {
    const { status, stdout, stderr } = await this.command(
      ...args,
      '-o',
      'json',
    );
    if (!stdout) {
      throw new Error(
        `greenroom ${args.join(
          ' ',
        )} said nothing and ended ${status}: ${stderr}`,
      );
    }
    return JSON.parse(stdout);
  }

  /** Starts and waits until it is ready. */
  async up(...args: string[]): Promise<void> {
    const child = this.spawnCommand(['up', ...args]);
    this.child = child;
    this.said = '';
    child.stdout!.resume();
    child.stderr!.on('data', chunk => {
      this.said += chunk;
    });
    const runFile = path.join(this.home, 'run.json');
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const state = readJson(runFile);
      if (state?.pid === child.pid) {
        this.kubeconfig = state.kubeconfig;
        break;
      }
      if (child.exitCode !== null || Date.now() > end) {
        throw new Error(`greenroom up did not get ready:\n${this.said}`);
      }
      await sleep(20);
    }
    this.kubectl = new Kubectl(this.kubeconfig);
    this.client = new KubeClient(
      await loadClusterAccess({}, { file: this.kubeconfig }),
      { fieldManager: 'e2e' },
    );
  }

  /** Asks `up` to end, as Ctrl-C does, and waits for it. */
  async down(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.client?.close();
    const ended = new Promise(resolve => child.once('close', resolve));
    child.kill(signal);
    await ended;
  }

  /** Waits until `up` has ended by itself, and answers its exit status. */
  async untilEnded(): Promise<number | null> {
    const child = this.child!;
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise(resolve => child.once('close', resolve));
    }
    return child.exitCode;
  }

  /** Ends everything and removes the state folder. */
  async stop(): Promise<void> {
    await this.down();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Adds an agent in mode System with the playbook, and waits until it takes work. */
  async addAgent(
    name: string,
    playbook: string = TRIVIAL_PLAYBOOK,
    spec: object = {},
  ): Promise<void> {
    await this.client.create(agentType, {
      apiVersion: Agent.apiVersion,
      kind: Agent.kind,
      metadata: { name, namespace: 'default' },
      spec: { mode: 'System', goal: { inline: playbook }, ...spec },
    } as Agent);
    await this.untilAgentTakesWork(name);
  }

  async untilAgentTakesWork(name: string): Promise<void> {
    await this.until(`agent ${name} takes work`, async () => {
      const agent = await this.client.get(agentType, {
        namespace: 'default',
        name,
      });
      return agent.status?.ready;
    });
  }

  createTask(agent: string, name: string, spec: object = {}): Promise<Task> {
    return this.client.create(taskType, {
      apiVersion: Task.apiVersion,
      kind: Task.kind,
      metadata: { name, namespace: 'default' },
      spec: { agentRef: { name: agent }, description: 'Do it.', ...spec },
    } as Task);
  }

  task(name: string): Promise<Task> {
    return this.client.get(taskType, { namespace: 'default', name });
  }

  /** Waits until a task ended, and answers it. */
  untilFinished(name: string): Promise<Task> {
    return this.until(`task ${name} has ended`, async () => {
      const task = await this.task(name);
      return task.status?.completionTime ? task : undefined;
    });
  }

  /** Waits until `look` answers something, and answers that. */
  async until<T>(
    what: string,
    look: () => Promise<T | undefined | false | ''>,
    waitMs = WAIT_MS,
  ): Promise<T> {
    const end = Date.now() + waitMs;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > end) throw new Error(`In vain waited until ${what}.`);
      await sleep(20);
    }
  }

  /** Calls back with each change of an object of a type, until the signal. */
  async observe<T extends KubernetesObject>(
    type: Parameters<KubeClient['watch']>[0],
    signal: AbortSignal,
    onChange: (object: T) => void,
  ): Promise<void> {
    for await (const event of this.client.watch(type, { signal })) {
      onChange(event.object as T);
    }
  }
}

function readJson(file: string) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
