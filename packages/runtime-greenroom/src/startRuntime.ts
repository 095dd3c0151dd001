import { EventStream } from './events/EventStream';
import { RuntimeServer, type ListenOptions } from './server/RuntimeServer';
import type { RuntimeSettings } from './sessions/SessionContext';
import { Sessions, type RunnerFactory } from './sessions/Sessions';

/** A runtime that listens. */
export interface RunningRuntime {
  streamPort: number;
  injectPort: number;
  /** Ends all work and the listeners. */
  close(): Promise<void>;
}

/** Starts the runtime of one agent pod. `onShutdown` is called when the sidecar asks it to end. */
export async function startRuntime(
  settings: RuntimeSettings,
  listen: ListenOptions,
  runnerFor: RunnerFactory,
  onShutdown: () => void,
): Promise<RunningRuntime> {
  const events = new EventStream();
  const sessions = new Sessions(settings, events, runnerFor);
  const server = new RuntimeServer(sessions, events, onShutdown);
  const ports = await server.listen(listen);
  return {
    streamPort: ports.stream,
    injectPort: ports.input,
    close: () => server.close(),
  };
}
