import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeEvent } from '../events/RuntimeEvent';
import { runnerFor } from '../runnerFor';
import { startRuntime } from '../startRuntime';
import { deferred } from '../turns/deferred';

/** A runtime on free ports with a workspace of its own, and what it said. */
export interface TestRuntime {
  workspace: string;
  streamUrl: string;
  events: RuntimeEvent[];
  /** Posts to the input port. */
  post(path: string, body: unknown): Promise<{ status: number; body: any }>;
  /** Waits for an event that fits, also one that was said before. */
  event(
    fits: (event: RuntimeEvent) => boolean,
    within?: number,
  ): Promise<RuntimeEvent>;
  /** Waits for the end of a turn. */
  end(turnId: string): Promise<RuntimeEvent>;
  stop(): Promise<void>;
}

/** Starts one. `greenroomUrl` stands for the sidecar. */
export async function startTestRuntime(
  greenroomUrl = 'http://127.0.0.1:9',
): Promise<TestRuntime> {
  const workspace = await realpath(
    await mkdtemp(join(tmpdir(), 'greenroom-runtime-')),
  );
  const runtime = await startRuntime(
    {
      agent: { name: 'tester', namespace: 'default' },
      workspaceDir: workspace,
      greenroomUrl,
      env: { PATH: process.env.PATH ?? '' },
    },
    { host: '127.0.0.1', streamPort: 0, injectPort: 0 },
    runnerFor,
    () => undefined,
  );
  const streamUrl = `http://127.0.0.1:${runtime.streamPort}/stream`;
  const events: RuntimeEvent[] = [];
  const waiting = new Set<() => void>();
  const reading = readEvents(streamUrl, event => {
    events.push(event);
    for (const check of waiting) check();
  });
  await reading.open;
  const event: TestRuntime['event'] = async (fits, within = 20_000) => {
    const { promise, resolve, reject } = deferred<RuntimeEvent>();
    const check = () => {
      const found = events.find(fits);
      if (found) resolve(found);
    };
    const timer = setTimeout(() => {
      const said = events.map(
        each => `${each.type} ${JSON.stringify(each.payload)}`,
      );
      reject(new Error(`No such event came. There were: ${said.join('\n')}`));
    }, within);
    waiting.add(check);
    check();
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(check);
    });
  };
  return {
    workspace,
    streamUrl,
    events,
    event,
    end: turnId =>
      event(
        each =>
          each.turn_id === turnId &&
          /^turn\.(finished|cancelled)$/.test(each.type),
      ),
    async post(path, body) {
      const response = await fetch(
        `http://127.0.0.1:${runtime.injectPort}${path}`,
        { method: 'POST', body: JSON.stringify(body) },
      );
      return { status: response.status, body: await response.json() };
    },
    async stop() {
      reading.stop();
      await runtime.close();
      await rm(workspace, { recursive: true, force: true });
    },
  };
}

/** Reads server-sent events until it is stopped. */
export function readEvents(
  url: string,
  onEvent: (event: RuntimeEvent, id: string | undefined) => void,
  lastEventId?: string,
): { open: Promise<void>; stop(): void } {
  const abort = new AbortController();
  let opened: () => void = () => undefined;
  const open = new Promise<void>(resolve => {
    opened = resolve;
  });
  const read = async () => {
    const response = await fetch(url, {
      signal: abort.signal,
      headers: lastEventId ? { 'last-event-id': lastEventId } : {},
    });
    const decoder = new TextDecoder();
    let pending = '';
    for await (const chunk of response.body!) {
      pending += decoder.decode(chunk, { stream: true });
      const frames = pending.split('\n\n');
      pending = frames.pop()!;
      for (const frame of frames) {
        if (frame === ': live') opened();
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data) onEvent(JSON.parse(data), /^id: (.*)$/m.exec(frame)?.[1]);
      }
    }
  };
  // Stopping the reader, or the runtime, ends the stream with an error.
  read().catch(() => undefined);
  return { open, stop: () => abort.abort() };
}
