import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  KubeClient,
  loadClusterAccess,
  resourceType,
  type KubernetesObject,
} from '@greenroom/controller-runtime';
import { Agent, Task } from '@greenroom/kinds';
import type { BenchContext } from './Row';

export const agentType = resourceType<Agent>(Agent);
export const taskType = resourceType<Task>(Task);

const WAIT_MS = 120_000;

/** Everything that `greenroom up` starts, in a state folder of its own. */
export class LaptopCluster {
  private constructor(
    readonly client: KubeClient,
    readonly kubeconfig: string,
    readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start({ root, folder }: BenchContext): Promise<LaptopCluster> {
    const home = mkdtempSync(path.join(folder, 'up-'));
    const child = spawn(
      process.execPath,
      [path.join(root, 'packages/cli/dist/greenroom.mjs'), 'up'],
      {
        env: { ...process.env, GREENROOM_HOME: home, GREENROOM_ROOT: root },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let said = '';
    child.stderr!.on('data', chunk => {
      said += chunk;
    });
    const runFile = path.join(home, 'run.json');
    const end = Date.now() + WAIT_MS;
    for (;;) {
      try {
        const { kubeconfig } = JSON.parse(readFileSync(runFile, 'utf8'));
        const access = await loadClusterAccess({}, { file: kubeconfig });
        return new LaptopCluster(
          new KubeClient(access, { fieldManager: 'bench' }),
          kubeconfig,
          home,
          child,
        );
      } catch (error) {
        if (child.exitCode !== null || Date.now() > end) {
          throw new Error(`greenroom up did not get ready:\n${said}`, {
            cause: error,
          });
        }
        await sleep(50);
      }
    }
  }

  /** Adds an agent whose every task is one step that does nothing, and waits until it takes work. */
  async addTrivialAgent(
    name: string,
    spec: Partial<Agent['spec']> = {},
  ): Promise<void> {
    await this.client.create(agentType, {
      apiVersion: Agent.apiVersion,
      kind: Agent.kind,
      metadata: { name, namespace: 'default' },
      spec: {
        mode: 'System',
        goal: { inline: 'steps:\n  - name: nothing\n    status: done\n' },
        ...spec,
      },
    } as Agent);
    await this.until(`agent ${name} takes work`, async () => {
      const agent = await this.client.get(agentType, {
        namespace: 'default',
        name,
      });
      return Boolean(agent.status?.ready);
    });
  }

  trivialTask(agent: string, name: string, spec: object = {}): Task {
    return {
      apiVersion: Task.apiVersion,
      kind: Task.kind,
      metadata: { name, namespace: 'default' },
      spec: { agentRef: { name: agent }, description: 'Do nothing.', ...spec },
    } as Task;
  }

  async until(what: string, look: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + WAIT_MS;
    while (!(await look())) {
      if (Date.now() > end) throw new Error(`In vain waited until ${what}.`);
      await sleep(100);
    }
  }

  /** Calls back with each change of an object of a type, until the signal. */
  observe<T extends KubernetesObject>(
    type: Parameters<KubeClient['watch']>[0],
    signal: AbortSignal,
    onChange: (object: T) => void,
  ): Promise<void> {
    return (async () => {
      for await (const event of this.client.watch(type, { signal })) {
        onChange(event.object as T);
      }
    })();
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise(resolve => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
