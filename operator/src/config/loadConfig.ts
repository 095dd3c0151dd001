import { parseArgs } from 'node:util';
import { parseDuration, parseQuantity } from '@greenroom/kinds';
import type { OperatorConfig } from './OperatorConfig';

/** A flag or variable that cannot be used. */
export class ConfigError extends Error {
  readonly name = 'ConfigError';
}

const NANO = 1_000_000_000n;

/** Every setting: its flag, its variable, its default, and what the help says. */
const settings = {
  namespace: ['POD_NAMESPACE', 'greenroom-system', 'namespace of the operator'],
  'pod-name': ['POD_NAME', 'greenroom-operator', 'name of this pod'],
  'pod-uid': ['POD_UID', '', 'uid of this pod'],
  kubeconfig: ['KUBECONFIG', '', 'kubeconfig; in a cluster none is needed'],
  'journal-dir': [
    'JOURNAL_DIR',
    '/var/lib/greenroom/journal',
    'folder of the journal',
  ],
  host: ['POD_IP', '0.0.0.0', 'address to listen on'],
  'secure-port': ['SECURE_PORT', '8443', 'port of webhooks and ingest (TLS)'],
  'metrics-port': ['METRICS_PORT', '8080', 'port of health and metrics'],
  'service-name': [
    'SERVICE_NAME',
    'greenroom-operator',
    'Service in front of the secure port',
  ],
  'webhook-url': [
    'WEBHOOK_URL',
    '',
    'base URL for webhooks that are not called through the Service',
  ],
  'journal-max-age': [
    'JOURNAL_MAX_AGE',
    '30d',
    'ended sessions older than this are removed',
  ],
  'journal-max-size': [
    'JOURNAL_MAX_SIZE',
    '8Gi',
    'the oldest ended sessions are removed beyond this',
  ],
  'log-level': [
    'LOG_LEVEL',
    'info',
    'trace, debug, info, warn, error or silent',
  ],
} as const;

type Setting = keyof typeof settings;

/**
 * The operator's settings from flags, else variables, else defaults. An empty variable counts as unset.
 *
 * Throws {@link ConfigError} that names the flag.
 */
export function loadConfig(
  args: string[],
  environment: Record<string, string | undefined>,
): OperatorConfig {
  const flags = parseFlags(args);
  const value = (name: Setting): string =>
    flags[name] ?? (environment[settings[name][0]] || settings[name][1]);
  return {
    namespace: value('namespace'),
    podName: value('pod-name'),
    podUid: value('pod-uid'),
    kubeconfig: value('kubeconfig') || undefined,
    journalDir: value('journal-dir'),
    host: value('host'),
    securePort: port('secure-port', value('secure-port')),
    metricsPort: port('metrics-port', value('metrics-port')),
    serviceName: value('service-name'),
    webhookUrl: value('webhook-url').replace(/\/$/, '') || undefined,
    journalMaxAgeMs: parsed('journal-max-age', value, parseDuration),
    journalMaxBytes: parsed('journal-max-size', value, text =>
      Number(parseQuantity(text).nano / NANO),
    ),
    logLevel: value('log-level'),
  };
}

/** The flags with their variables and defaults, for `--help`. */
export function describeSettings(): string {
  return Object.entries(settings)
    .map(([flag, [variable, fallback, what]]) => {
      const named = `  --${flag} (${variable})`.padEnd(40);
      return `${named}${what}${fallback ? `; default ${fallback}` : ''}`;
    })
    .join('\n');
}

function parseFlags(args: string[]): Partial<Record<Setting, string>> {
  const options = Object.fromEntries(
    Object.keys(settings).map(name => [name, { type: 'string' as const }]),
  );
  try {
    return parseArgs({ args, options, strict: true }).values as Partial<
      Record<Setting, string>
    >;
  } catch (error) {
    throw new ConfigError(
      `${(error as Error).message} Settings:\n${describeSettings()}`,
    );
  }
}

function port(name: Setting, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535)
    return number;
  throw new ConfigError(
    `--${name} must be a port from 0 to 65535, not "${text}".`,
  );
}

function parsed<T>(
  name: Setting,
  value: (name: Setting) => string,
  parse: (text: string) => T,
): T {
  try {
    return parse(value(name));
  } catch (error) {
    throw new ConfigError(`--${name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
