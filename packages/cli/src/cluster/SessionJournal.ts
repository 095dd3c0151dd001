import { createInterface } from 'node:readline';
import { KubeClient } from '@greenroom/controller-runtime';
import { execInOperator } from './execInPod';

/** One session as the journal lists it. */
export interface SessionSummary {
  session_id: string;
  namespace: string;
  agent: string;
  phase: string;
  events: number;
  started_at?: string;
  last_at?: string;
  title?: string;
}

/** The operator's journal, read through its pod. */
export class SessionJournal {
  constructor(
    private readonly client: KubeClient,
    private readonly kubeconfig: string | undefined,
  ) {}

  list(): AsyncIterable<SessionSummary> {
    return this.lines(['list']);
  }

  /** A session's events so far; with `follow` also those to come, until the session ends or the reader does. */
  events(
    sessionId: string,
    { follow = false, signal }: { follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<unknown> {
    const args = [follow ? 'follow' : 'show', '--session', sessionId];
    return this.lines(args, signal);
  }

  /** The exact lines of an export: what `audit verify --bundle` reads. */
  async *exportLines(sessionId: string): AsyncGenerator<string> {
    yield* this.rawLines(['export', '--session', sessionId]);
  }

  /** Verifies on the operator's side; one result per session. */
  verify<T>(sessionId?: string): AsyncIterable<T> {
    return this.lines([
      'verify',
      ...(sessionId ? ['--session', sessionId] : []),
    ]);
  }

  private async *lines<T>(
    args: string[],
    signal?: AbortSignal,
  ): AsyncGenerator<T> {
    for await (const line of this.rawLines(args, signal)) {
      yield JSON.parse(line);
    }
  }

  private async *rawLines(
    args: string[],
    signal?: AbortSignal,
  ): AsyncGenerator<string> {
    const command = await execInOperator(this.client, this.kubeconfig, [
      'greenroom-operator',
      'journal',
      ...args,
    ]);
    const stop = () => command.stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const lines = createInterface({ input: command.stdout });
      for await (const line of lines) {
        if (line.trim()) yield line;
      }
      await command.done;
    } finally {
      signal?.removeEventListener('abort', stop);
      command.stop();
    }
  }
}
