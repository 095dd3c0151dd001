import { Command, InvalidArgumentError } from 'commander';
import { answer, applyFixes, begin, inspect, report } from './commands';
import { sectionNames, type SectionName } from './Finding';
import { isSectionName } from './inspect';

/** Seconds that one section may take by default; a report that says what it left out beats one that never comes. */
const SECTION_LIMIT_S = 120;

const OUT = '--out <folder>';
const OUT_HELP = 'folder for everything that is written';
const OUT_DEFAULT = 'repo-doctor';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function sectionsOf(text: string): SectionName[] {
  return text.split(',').map(name => {
    if (!isSectionName(name)) {
      throw new InvalidArgumentError(
        `There is no section "${name}". There are: ${sectionNames.join(', ')}.`,
      );
    }
    return name;
  });
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0))
    throw new InvalidArgumentError('Write a number of seconds above 0.');
  return seconds;
}

const program = new Command('repo-doctor')
  .description(
    'Inspects a Git repository and writes a report that a maintainer can forward.',
  )
  .showHelpAfterError();

program
  .command('begin [repository]')
  .description(
    'note which commit is inspected, and clear an earlier inspection',
  )
  .option(OUT, OUT_HELP, OUT_DEFAULT)
  .action(async (directory = '.', { out }) =>
    print(await begin({ directory, out }, new Date())),
  );

program
  .command('inspect [repository]')
  .description('inspect what "begin" noted')
  .option(OUT, OUT_HELP, OUT_DEFAULT)
  .option(
    '--only <sections>',
    `some of ${sectionNames.join(',')}`,
    sectionsOf,
    [],
  )
  .option(
    '--limit <seconds>',
    'longest time for one section',
    secondsOf,
    SECTION_LIMIT_S,
  )
  .action(async (directory = '.', { out, only, limit }) => {
    for await (const line of inspect({ directory, out }, only, limit * 1000))
      print(line);
  });

program
  .command('report [repository]')
  .description(
    'write report.md, findings.csv, chart.svg, findings.json and fixes.patch; prints the number of fixes',
  )
  .option(OUT, OUT_HELP, OUT_DEFAULT)
  .action(async (directory = '.', { out }) =>
    print(String(await report({ directory, out }))),
  );

program
  .command('apply [repository]')
  .description(
    'write the proposed fixes to a new branch; prints its last commit',
  )
  .option(OUT, OUT_HELP, OUT_DEFAULT)
  .requiredOption('--branch <name>', 'branch to create')
  .action(async (directory = '.', { out, branch }) =>
    print(await applyFixes({ directory, out }, branch)),
  );

program
  .command('answer')
  .description('print the inspection in a few lines')
  .option(OUT, OUT_HELP, OUT_DEFAULT)
  .option('--branch <name>', 'the branch that was written')
  .option('--where <place>', 'where that branch is', 'the repository')
  .option(
    '--why-not <sentence>',
    'why no branch was written',
    'nobody asked for one.',
  )
  .action(async ({ out, branch, where, whyNot }) =>
    print(
      await answer(
        { directory: '.', out },
        branch ? { branch, where } : { why: whyNot },
      ),
    ),
  );

program
  .command('run [repository]', { isDefault: true })
  .description('begin, inspect and report in one go')
  .option(OUT, OUT_HELP, OUT_DEFAULT)
  .option(
    '--limit <seconds>',
    'longest time for one section',
    secondsOf,
    SECTION_LIMIT_S,
  )
  .action(async (directory = '.', { out, limit }) => {
    print(await begin({ directory, out }, new Date()));
    for await (const line of inspect({ directory, out }, [], limit * 1000))
      print(line);
    const fixes = await report({ directory, out });
    print(
      `${fixes} proposed fix${fixes === 1 ? '' : 'es'}. See ${out}/report.md.`,
    );
  });

program.parseAsync().catch(error => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
