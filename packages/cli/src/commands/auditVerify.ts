import { Verification } from '@greenroom/protocol';
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

/** Proves, or disproves, that nobody altered what the operator recorded. */
export async function auditVerify(
  home: GreenroomHome,
  options: ClusterChoice & { session?: string },
  output: Output,
): Promise<void> {
  const { client, kubeconfig } = await connect(home, options, process.env);
  const verdicts: Verification[] = [];
  try {
    const journal = new SessionJournal(client, kubeconfig);
    for await (const verdict of journal.verify(options.session)) {
      verdicts.push(verdict);
      if (output.format === 'text') {
        output.print(
          `${verdict.outcome.padEnd(12)} ${verdict.sessionId}  ${explain(
            verdict,
          )}`,
        );
      }
    }
  } finally {
    client.close();
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
