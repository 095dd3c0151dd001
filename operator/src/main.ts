import { loadClusterAccess } from '@greenroom/controller-runtime';
import pino from 'pino';
import { ConfigError, describeSettings, loadConfig } from './config/loadConfig';
import { registerControllers } from './controllers';
import { Operator } from './Operator';

/** How long a graceful stop may take before the process ends anyway; below the pod's grace period. */
const STOP_TIMEOUT_MS = 20_000;

const usage = `greenroom-operator [run] [settings]     runs the operator
greenroom-operator journal --help        reads the journal

Settings, as flags or variables:
${describeSettings()}`;

async function run(args: string[]): Promise<void> {
  const config = loadConfig(args, process.env);
  const log = pino({ level: config.logLevel, base: undefined });
  const operator = new Operator({
    config,
    log,
    access: await loadClusterAccess(process.env, { file: config.kubeconfig }),
    addControllers: registerControllers,
    loadCompilers: () => import('./admission/policyCompilers'),
    loadCertificateMaker: () => import('./tls/makeCertificates'),
  });
  const stop = async (code: number) => {
    setTimeout(() => process.exit(code || 1), STOP_TIMEOUT_MS).unref();
    await operator.stop();
    process.exit(code);
  };
  process.once('SIGTERM', () => void stop(0));
  process.once('SIGINT', () => void stop(0));
  process.on('unhandledRejection', error => {
    log.fatal({ err: error }, 'a promise failed and nobody listened; stopping');
    void stop(1);
  });
  operator.lost.catch(error => {
    log.fatal(
      { err: error },
      'leadership lost; stopping, so that the new leader works alone',
    );
    void stop(1);
  });
  try {
    await operator.start(ports => log.info(ports, 'listening'));
  } catch (error) {
    log.fatal({ err: error }, 'the operator could not start');
    await stop(1);
  }
}

async function main([command = 'run', ...args]: string[]): Promise<void> {
  if (command === 'journal') {
    const { runJournalCommand } = await import(
      './journal/command/runJournalCommand'
    );
    process.exitCode = await runJournalCommand(args, {
      directory: process.env.JOURNAL_DIR,
      write: line => process.stdout.write(line),
      complain: line => process.stderr.write(line),
    });
  } else if (command === '--help' || command === 'help') {
    process.stdout.write(`${usage}\n`);
  } else if (command === 'run') {
    await run(args);
  } else {
    await run([command, ...args]);
  }
}

main(process.argv.slice(2)).catch(error => {
  const text =
    error instanceof ConfigError ? error.message : error?.stack ?? error;
  process.stderr.write(`greenroom-operator: ${text}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
});
