import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from './writeFileAtomically';

/** What a start needs besides the sessions' files. */
export interface Checkpointed {
  /** The first segment of the write-ahead log that `derived` does not hold. */
  segment: number;
  derived: unknown;
  /** Sessions with entries that no seal covers. */
  unsealed: string[];
  /** The highest epoch that was given to a connection. */
  maxEpoch: number;
}

export async function readCheckpoint(
  directory: string,
): Promise<Checkpointed | undefined> {
  try {
    return JSON.parse(
      await readFile(checkpointFile(directory), 'utf8'),
    ) as Checkpointed;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeCheckpoint(
  directory: string,
  checkpoint: Checkpointed,
): Promise<void> {
  await writeFileAtomically(
    checkpointFile(directory),
    JSON.stringify(checkpoint),
  );
}

function checkpointFile(directory: string): string {
  return join(directory, 'checkpoint.json');
}
