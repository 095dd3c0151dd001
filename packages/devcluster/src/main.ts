/** The program `devcluster`: see the README for its arguments. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { ImageCatalog } from './kubelet/images/ImageCatalog';
import { startDevcluster } from './startDevcluster';

const usage =
  'devcluster --state DIR [--images FILE.json] [--port N] [--store memory|sqlite] [--kubeconfig FILE] [--no-kubelet] [--no-controllers]';

/** What was asked for cannot be done. */
class UsageError extends Error {
  readonly name = 'UsageError';
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      images: { type: 'string' },
      port: { type: 'string', default: '0' },
      store: { type: 'string', default: 'sqlite' },
      kubeconfig: { type: 'string' },
      kubelet: { type: 'boolean', default: true },
      controllers: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const { state, store } = values;
  if (!state) throw new UsageError(`--state is missing. Usage: ${usage}`);
  if (store !== 'memory' && store !== 'sqlite') {
    throw new UsageError(
      `--store is ${JSON.stringify(store)}; it can be memory or sqlite.`,
    );
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UsageError(
      `--port is ${JSON.stringify(values.port)}; it can be 0 (any) to 65535.`,
    );
  }
  return {
    ...values,
    state: path.resolve(state),
    store: store as 'memory' | 'sqlite',
    port,
  };
}

async function main(): Promise<void> {
  const options = readArguments();
  const log = pino(
    { level: process.env.LOG_LEVEL ?? 'info' },
    pino.destination(2),
  );
  const images = options.images
    ? ImageCatalog.parse(readFileSync(options.images, 'utf8'), options.images)
    : new ImageCatalog({});
  const devcluster = await startDevcluster({
    stateDir: options.state,
    store: options.store,
    port: options.port,
    controllers: options.controllers,
    ...(options.kubelet && { kubelet: { images, environment: process.env } }),
    log,
  });
  const kubeconfig = path.resolve(
    options.kubeconfig ?? path.join(options.state, 'kubeconfig'),
  );
  mkdirSync(path.dirname(kubeconfig), { recursive: true });
  writeFileSync(kubeconfig, devcluster.kubeconfig, { mode: 0o600 });

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await devcluster.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  process.stdout.write(
    `${JSON.stringify({
      ready: true,
      apiServer: devcluster.server,
      kubeconfig,
    })}\n`,
  );
}

/** What a person can do about an error; the whole stack where nobody foresaw it. */
function explain(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE') {
    const port = process.argv[process.argv.indexOf('--port') + 1];
    return `Port ${port} is in use. Choose another --port, or 0 for any free one.`;
  }
  const isForPeople =
    error.name === 'UsageError' || error.name === 'ImagesFileError';
  return isForPeople ? error.message : error.stack ?? error.message;
}

main().catch((error: NodeJS.ErrnoException) => {
  process.stderr.write(`devcluster: ${explain(error)}\n`);
  process.exit(1);
});
