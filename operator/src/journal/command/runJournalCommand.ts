import { parseArgs } from 'node:util';
import { exportSession } from './exportSession';
import { followSession } from './followSession';
import { listSessions } from './listSessions';
import { showSession } from './showSession';
import { verifySessions } from './verifySessions';

/** What the command reads and where it writes; lines end with a newline. */
export interface JournalCommandContext {
  /** Folder of the journal, from `JOURNAL_DIR`. */
  directory: string | undefined;
  /** Resolves or returns when the line was taken. */
  write: (line: string) => unknown;
  complain: (line: string) => unknown;
  /** Ends `follow`. */
  signal?: AbortSignal;
}

/** A subcommand with its parsed arguments. */
export interface JournalCommand extends JournalCommandContext {
  directory: string;
  sessionId: string | undefined;
  flags: {
    namespace?: string;
    agent?: string;
    since?: string;
    after?: string;
    all?: boolean;
  };
}

const usage = `journal list [--namespace NS] [--agent NAME] [--since RFC3339]   sessions, one JSON line each
journal show ID [--after SEQ]      events of a session, one JSON line each
journal follow ID [--after SEQ]    the same, and what comes, until the session ends
journal export ID                  everything that verifying needs, one JSON line per record, and the blobs
journal verify [ID…|--all]         checks chains and seals, one JSON line per session
  verify exits 0 intact, 1 altered, 2 gap or not sealed to its end, 3 cannot verify, 4 internal

The journal is read from --journal-dir or JOURNAL_DIR.
`;

const commands: Record<string, (command: JournalCommand) => Promise<number>> = {
  list: listSessions,
  show: showSession,
  follow: followSession,
  export: exportSession,
  verify: verifySessions,
};

/** Runs `greenroom-operator journal …`; resolves to the exit status. Only reads, also while the operator writes. */
export async function runJournalCommand(
  args: string[],
  context: JournalCommandContext,
): Promise<number> {
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === 'help') {
    context.write(usage);
    return 0;
  }
  const command = commands[name];
  if (!command) {
    context.complain(`There is no journal command "${name}".\n${usage}`);
    return 4;
  }
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      allowPositionals: true,
      options: {
        'journal-dir': { type: 'string' },
        namespace: { type: 'string' },
        agent: { type: 'string' },
        since: { type: 'string' },
        after: { type: 'string' },
        all: { type: 'boolean' },
      },
    });
    const directory = values['journal-dir'] ?? context.directory;
    if (!directory)
      throw new Error('Name the journal: --journal-dir DIR, or JOURNAL_DIR.');
    return await command({
      ...context,
      directory,
      sessionId: positionals[0],
      flags: values,
    });
  } catch (error) {
    context.complain(`journal ${name}: ${(error as Error).message}\n`);
    return 4;
  }
}
