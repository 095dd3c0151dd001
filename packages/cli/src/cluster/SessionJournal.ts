import { createInterface } from 'node:readline';
import { KubeClient } from '@greenroom/controller-runtime';
import { Verification } from '@greenroom/protocol';
import { execInOperator } from './execInPod';

/** One session as the journal lists it. */
export interface SessionSummary {
  session_id: string;
  namespace: string;
  agent: { name: string };
  phase: string;
  /** Number of the last event; they are counted from 1. */
  seq: number;
  /** RFC 3339. */
  started_at?: string;
  title?: string;
  /** Why the session cannot be read, instead of all else. */
  problem?: string;
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
    const args = [follow ? 'follow' : 'show', sessionId];
    return this.lines(args, signal);
  }

  /** The exact lines of an export: what `audit verify --bundle` reads. */
  async *exportLines(sessionId: string): AsyncGenerator<string> {
    yield* this.rawLines(['export', sessionId]);
  }

  /** Verifies on the operator's side; one result per session. */
  async *verify(sessionId?: string): AsyncGenerator<Verification> {
    let hasVerdict = false;
    try {
      for await (const verdict of this.lines<Verification>([
        'verify',
        sessionId ?? '--all',
      ])) {
        hasVerdict = true;
        yield verdict;
      }
    } catch (error) {
      // The status of the command says only what the verdicts say.
      if (!hasVerdict) throw error;
    }
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
