import { readFileSync } from 'node:fs';

/** Memory of a process in MiB. */
export interface ProcessMemory {
  /** What it has of its own. */
  own: number;
  /** With the pages of files, which other processes share. */
  resident: number;
}

/** Reads what Linux says of a process's memory in `/proc/PID/status`. Throws if it has ended. */
export function readMemory(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (field: string) => {
    const kibibytes = status.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'));
    if (!kibibytes) {
      throw new Error(
        `/proc/${pid}/status has no ${field}: the process ends, or this is not Linux.`,
      );
    }
    return Number(kibibytes[1]) / 1024;
  };
  return { own: mebibytes('RssAnon'), resident: mebibytes('VmRSS') };
}
