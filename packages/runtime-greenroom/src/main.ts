import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { installRuntime } from './install/installRuntime';
import { lateRunner } from './sessions/lateRunner';
import { startRuntime } from './startRuntime';

/** Ports of the contract `stream`. */
const STREAM_PORT = 3100;
const INJECT_PORT = 8788;

const USAGE = `Usage: greenroom-runtime            serve the agent of this pod
       greenroom-runtime install DIR  put the runtime into DIR (GREENROOM_INSTALL=link links instead of copying)`;

async function loadRunners() {
  const { runnerFor } = await import('./runnerFor');
  return runnerFor;
}

async function serve(): Promise<void> {
  const { env } = process;
  const logger = pino();
  let stop: (signal: string) => Promise<void> = async () => undefined;
  const runtime = await startRuntime(
    {
      agent: {
        name: env.AGENT_NAME ?? '',
        namespace: env.AGENT_NAMESPACE ?? '',
      },
      workspaceDir: env.WORKSPACE_DIR,
      greenroomUrl: env.GREENROOM_URL ?? 'http://127.0.0.1:9090',
      env: Object.fromEntries(
        Object.entries(env).map(([name, value]) => [name, value ?? '']),
      ),
    },
    {
      host: env.POD_IP ?? '127.0.0.1',
      streamPort: STREAM_PORT,
      injectPort: INJECT_PORT,
    },
    lateRunner(loadRunners),
    () => void stop('shutdown'),
  );
  stop = async signal => {
    logger.info({ signal }, 'runtime stops');
    await runtime.close();
    process.exit(0);
  };
  process.on('SIGTERM', signal => void stop(signal));
  process.on('SIGINT', signal => void stop(signal));
  logger.info(
    { streamPort: runtime.streamPort, injectPort: runtime.injectPort },
    'runtime ready',
  );
  // The sidecar has its answer; the first turn need not wait for what comes now.
  await loadRunners();
}

async function main([command, dir]: string[]): Promise<void> {
  if (command === undefined) {
    await serve();
  } else if (command === 'install' && dir) {
    await installRuntime({
      dir,
      bundle: fileURLToPath(import.meta.url),
      node: process.execPath,
      how: process.env.GREENROOM_INSTALL === 'link' ? 'link' : 'copy',
    });
  } else {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = 2;
  }
}

main(process.argv.slice(2)).catch(error => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
