import pino, { type Logger } from 'pino';
import type { SecretStore } from '../redaction/SecretStore';

/** The sidecar's log: one JSON line a fact, on standard output. */
export type SidecarLogger = Logger;

/** Makes the log. Every line passes the redactor before it is written. */
export function sidecarLogger(
  level: string,
  secrets: Pick<SecretStore, 'redactText'>,
  write: (line: string) => void,
): SidecarLogger {
  return pino(
    {
      level,
      base: { component: 'sidecar' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write: line => write(secrets.redactText(line)) },
  );
}
