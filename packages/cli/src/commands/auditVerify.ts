import { readFileSync } from 'node:fs';
import { Verification } from '@greenroom/protocol';
import { verifyBundle } from '../audit/verifyBundle';
import { CliError } from '../CliError';
import { ClusterChoice, connect } from '../cluster/connect';
import { SessionJournal } from '../cluster/SessionJournal';
import { GreenroomHome } from '../home/GreenroomHome';
import { Output } from '../output/Output';

/** The exit status of each outcome; the worst of all sessions counts. */
const EXIT_CODES = {
  intact: 0,
  altered: 1,
  gap: 2,
  unsealed: 2,
  unverifiable: 3,
} as const;

/** An altered record is worse than one that has a gap, and that worse than one that nobody can judge. */
const WORST_FIRST = [1, 2, 3];

export interface AuditVerifyOptions extends ClusterChoice {
  /** Only this session. */
  session?: string;
  /** A file that `greenroom sessions export` wrote; then no cluster is asked. */
  bundle?: string;
}

/** Proves, or disproves, that nobody altered what the operator recorded. */
export async function auditVerify(
  home: GreenroomHome,
  options: AuditVerifyOptions,
  output: Output,
): Promise<void> {
  const verdicts: Verification[] = [];
  for await (const verdict of readVerdicts(home, options)) {
    verdicts.push(verdict);
    if (output.format === 'text') {
      output.print(
        `${verdict.outcome.padEnd(12)} ${verdict.sessionId}  ${explain(
          verdict,
        )}`,
      );
    }
  }
  if (output.format === 'json') output.json(verdicts);
  const codes = verdicts.map(({ outcome }) => EXIT_CODES[outcome] ?? 3);
  const worst = WORST_FIRST.find(code => codes.some(each => each === code));
  if (worst) {
    throw new CliError(
      `${codes.filter(code => code !== 0).length} of ${
        codes.length
      } sessions did not verify.`,
      worst,
    );
  }
  if (output.format === 'text') {
    output.print(`${verdicts.length} sessions verified, all intact.`);
  }
}

async function* readVerdicts(
  home: GreenroomHome,
  { bundle, session, ...choice }: AuditVerifyOptions,
): AsyncGenerator<Verification> {
  if (bundle) {
    yield verifyBundle(readBundle(bundle));
    return;
  }
  const { client, kubeconfig } = await connect(home, choice, process.env);
  try {
    yield* new SessionJournal(client, kubeconfig).verify(session);
  } finally {
    client.close();
  }
}

function readBundle(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    throw new CliError(
      `The bundle ${file} cannot be read: ${(error as Error).message}`,
      3,
      { cause: error },
    );
  }
}

function explain(verdict: Verification): string {
  switch (verdict.outcome) {
    case 'intact':
      return `${verdict.verified} events, sealed to the end`;
    case 'altered':
      return verdict.at.message;
    default:
      return verdict.message;
  }
}
