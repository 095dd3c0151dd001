import { readFileSync } from 'node:fs';
import { processesNaming, type LaptopCluster } from '@greenroom/e2e';

/** The operator's process id. */
export function operatorPid({ home }: LaptopCluster): number {
  const [found] = processesNaming(home).filter(({ command }) =>
    command.includes('/operator/dist/operator.mjs run'),
  );
  if (!found) throw new Error('The operator has no process.');
  return found.pid;
}

/** The folder of the operator's journal on this machine. */
export function journalFolder(cluster: LaptopCluster): string {
  const folder = readFileSync(`/proc/${operatorPid(cluster)}/environ`, 'utf8')
    .split('\0')
    .find(variable => variable.startsWith('JOURNAL_DIR='));
  if (!folder) throw new Error('The operator has no JOURNAL_DIR.');
  return folder.slice('JOURNAL_DIR='.length);
}
