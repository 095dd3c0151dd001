import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ApprovalDemand } from './PolicyDecision';
import {
  requestTarget,
  requestText,
  type PolicyRequest,
} from './PolicyRequest';

/** Old approvals give way to new ones; a person is asked again at the worst. */
const MOST_REMEMBERED = 1_000;

/**
 * Approvals that also hold for the same request later, as their rule says: in the session, or for the agent. The same means the same
 * rule of the same wording and equal arguments. Kept in a file, so that a restarted sidecar does not ask again; another pod of the
 * agent has its own.
 */
export class RememberedApprovals {
  private loading: Promise<Set<string>> | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly path: string) {}

  /** Whether people agreed to this before. */
  async holds(
    sessionId: string,
    demand: ApprovalDemand,
    request: PolicyRequest,
  ): Promise<boolean> {
    if (demand.remember === 'None') return false;
    return (await this.load()).has(keyOf(sessionId, demand, request));
  }

  /** People agreed. Does nothing where the rule wants to be asked each time. */
  async add(
    sessionId: string,
    demand: ApprovalDemand,
    request: PolicyRequest,
  ): Promise<void> {
    if (demand.remember === 'None') return;
    const keys = await this.load();
    keys.add(keyOf(sessionId, demand, request));
    for (const oldest of keys) {
      if (keys.size <= MOST_REMEMBERED) break;
      keys.delete(oldest);
    }
    this.writing = this.writing.then(() => this.write([...keys]));
    await this.writing;
  }

  private load(): Promise<Set<string>> {
    this.loading ??= readFile(this.path, 'utf8').then(
      text => new Set(JSON.parse(text) as string[]),
      () => new Set(),
    );
    // A file that was cut off is no reason to stop: people are asked again.
    return this.loading.catch(() => {
      this.loading = Promise.resolve(new Set<string>());
      return this.loading;
    });
  }

  private async write(keys: readonly string[]): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    await writeFile(`${this.path}.partial`, JSON.stringify(keys), {
      mode: 0o600,
    });
    await rename(`${this.path}.partial`, this.path);
  }
}

function keyOf(
  sessionId: string,
  { policy, rule, digest, remember }: ApprovalDemand,
  request: PolicyRequest,
): string {
  const scope = remember === 'Session' ? sessionId : 'agent';
  return createHash('sha256')
    .update(
      JSON.stringify([
        scope,
        policy,
        rule,
        digest,
        request.about,
        requestTarget(request),
        requestText(request),
      ]),
    )
    .digest('hex');
}
