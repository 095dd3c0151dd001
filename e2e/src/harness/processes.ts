import { readdirSync, readFileSync } from 'node:fs';

/** A running process. */
export interface RunningProcess {
  pid: number;
  command: string;
}

/** The processes whose command line or environment names the text; zombies do not count. */
export function processesNaming(text: string): RunningProcess[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(name => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
        const isOurs = command.includes(text) || environment.includes(text);
        return command && isOurs
          ? [{ pid: Number(name), command: command.replaceAll('\0', ' ') }]
          : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}
