import { Readable, Writable } from 'node:stream';
import type { ExecSession } from '../../apiserver/NodeProxy';
import type { ResolvedCommand } from '../containers/ResolvedCommand';
import { signalProcess } from '../processes/ContainerProcesses';

/** Before the client says how large its window is. */
const FIRST_SIZE = { cols: 80, rows: 24 };

/** Starts a command on a terminal of its own, in a group of its own. */
export async function startTerminal({
  argv,
  environment,
  workingDir,
}: ResolvedCommand): Promise<ExecSession & { pid: number }> {
  // Only who needs a terminal loads the native part.
  const { spawn } = await import('@lydell/node-pty');
  const terminal = spawn(argv[0], argv.slice(1), {
    ...FIRST_SIZE,
    name: 'xterm-256color',
    cwd: workingDir,
    env: { TERM: 'xterm-256color', ...environment },
    encoding: null,
  });
  let hasEnded = false;
  const stdout = new Readable({ read: () => terminal.resume() });
  // With `encoding: null` data are bytes, whatever the types say.
  terminal.onData(data => {
    if (!stdout.push(data as unknown as Buffer)) terminal.pause();
  });
  const result = new Promise<{ exitCode: number; signal?: number }>(resolve => {
    terminal.onExit(({ exitCode, signal }) => {
      hasEnded = true;
      stdout.push(null);
      resolve(signal ? { exitCode: 128 + signal, signal } : { exitCode });
    });
  });
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      if (!hasEnded) terminal.write(chunk as unknown as string);
      callback();
    },
  });
  return {
    pid: terminal.pid,
    stdin,
    stdout,
    resize(columns, rows) {
      if (!hasEnded && columns > 0 && rows > 0) terminal.resize(columns, rows);
    },
    close() {
      if (!hasEnded) signalProcess(-terminal.pid, 'SIGKILL');
    },
    result,
  };
}
