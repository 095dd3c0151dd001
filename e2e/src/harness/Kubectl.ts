import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** How kubectl ended and what it said. */
export interface KubectlResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** The real kubectl, on the cluster of a kubeconfig. */
export class Kubectl {
  constructor(private readonly kubeconfig: string) {}

  run(...args: string[]): Promise<KubectlResult> {
    return new Promise(resolve => {
      execFile(
        process.env.KUBECTL ?? 'kubectl',
        ['--kubeconfig', this.kubeconfig, ...args],
        { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
        (error, stdout, stderr) =>
          resolve({
            status: error ? Number(error.code ?? 1) : 0,
            stdout,
            stderr,
          }),
      );
    });
  }

  /** Applies one object that must be accepted. */
  async apply(object: object): Promise<void> {
    const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-apply-'));
    const file = path.join(folder, 'object.json');
    await writeFile(file, JSON.stringify(object));
    try {
      await this.output('apply', '-f', file);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Standard output of a command that must succeed. */
  async output(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...args);
    if (status !== 0) {
      throw new Error(`kubectl ${args.join(' ')} failed: ${stderr}`);
    }
    return stdout;
  }
}
