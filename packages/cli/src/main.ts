import { Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from './CliError';
import { ClusterChoice } from './cluster/connect';
import { GreenroomHome } from './home/GreenroomHome';
import { Output } from './output/Output';

const home = GreenroomHome.fromEnvironment(process.env);

// Each command is loaded when it is asked for: `status` must not pay for `up`.
type Action = (output: Output) => Promise<void>;

/** Ends once the output has left: what a slow reader of a pipe has not taken yet would be lost. */
async function leave(status: number) {
  await Promise.all(
    [process.stdout, process.stderr].map(
      stream => new Promise<void>(resolve => stream.write('', () => resolve())),
    ),
  );
  process.exit(status);
}

async function perform(format: 'text' | 'json', action: Action) {
  try {
    await action(new Output(format));
    await leave(0);
  } catch (error) {
    const known =
      error instanceof CliError || (error as Error).name === 'ApiError';
    process.stderr.write(
      `greenroom: ${
        known || !process.env.GREENROOM_DEBUG
          ? (error as Error).message
          : (error as Error).stack
      }\n`,
    );
    await leave(error instanceof CliError ? error.exitCode : 1);
  }
}

const port = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  }
  return value;
};
const collect = (value: string, before: string[]) => [...before, value];

const kubeconfigOption = () =>
  new Option('--kubeconfig <file>', 'a cluster of your own');
const outputOption = () =>
  new Option('-o, --output <format>', 'how results are written')
    .choices(['text', 'json'])
    .default('text');
const withCluster = (command: Command) =>
  command
    .addOption(kubeconfigOption())
    .option('-n, --namespace <name>', 'default: that of the kubeconfig')
    .addOption(outputOption());

interface Common extends ClusterChoice {
  output: 'text' | 'json';
}

const program = new Command('greenroom')
  .description('AI agents on Kubernetes')
  .version('0.1.0')
  .showHelpAfterError()
  // `sessions show -o json` gives -o to `show`, not to `sessions`.
  .enablePositionalOptions();

program
  .command('up')
  .description('start everything on this machine, until Ctrl-C')
  .option('--detach', 'come back when it is ready')
  .option('--port <port>', 'of the API server', port)
  .addOption(kubeconfigOption())
  .option('--reset', 'begin with an empty cluster')
  .option('--no-portal', 'only the cluster and the operator')
  .option('--no-build', 'run what is built')
  .action(options =>
    perform('text', async output =>
      (await import('./commands/up')).up(home, options, output),
    ),
  );

program
  .command('down')
  .description('stop what up started; objects and workspaces are kept')
  .action(() =>
    perform('text', async output =>
      (await import('./commands/down')).down(home, output),
    ),
  );

program
  .command('status')
  .description('what runs, and what is going on in it')
  .addOption(outputOption())
  .action((options: Common) =>
    perform(options.output, async output =>
      (await import('./commands/status')).status(home, output),
    ),
  );

withCluster(program.command('doctor'))
  .description('check what Greenroom needs, and say what to do')
  .action((options: Common) =>
    perform(options.output, async output =>
      (await import('./commands/doctor')).doctor(home, options, output),
    ),
  );

withCluster(program.command('run <agent>'))
  .description('have an agent do a task, and follow it')
  .option('--repo <path|url>', 'the Git repository to work on')
  .option('--set <key=value>', 'an input of the playbook', collect, [])
  .option('--description <text>', 'what to do')
  .option('--detach', 'only create the task')
  .action((agent: string, options) =>
    perform(options.output, async output =>
      (await import('./commands/run')).run(home, agent, options, output),
    ),
  );

withCluster(program.command('chat <agent>'))
  .description('talk to an agent')
  .action((agent: string, options: Common) =>
    perform(options.output, async output =>
      (await import('./commands/chat')).chat(home, agent, options, output),
    ),
  );

const sessions = withCluster(program.command('sessions'))
  .description('list sessions')
  .action((options: Common) =>
    perform(options.output, async output =>
      (await import('./commands/sessions')).listSessions(home, options, output),
    ),
  );
sessions.enablePositionalOptions();
withCluster(sessions.command('show <id>'))
  .description("a session's events")
  .action((id: string, options: Common) =>
    perform(options.output, async output =>
      (await import('./commands/sessions')).showSession(
        home,
        options,
        id,
        output,
      ),
    ),
  );
sessions
  .command('export <id>')
  .description('write the whole record, for audit verify')
  .addOption(kubeconfigOption())
  .option('-n, --namespace <name>')
  .option('--to <folder>', 'where to write it', '.')
  .action((id: string, options: ClusterChoice & { to: string }) =>
    perform('text', async output =>
      (await import('./commands/sessions')).exportSession(
        home,
        options,
        id,
        options.to,
        output,
      ),
    ),
  );

const approvals = withCluster(program.command('approvals'))
  .description('list what waits for a decision')
  .action((options: Common) =>
    perform(options.output, async output =>
      (await import('./commands/approvals')).listApprovals(
        home,
        options,
        output,
      ),
    ),
  );
const decide = (
  name: string,
  options: Common,
  decision: Parameters<typeof import('./commands/approvals').decideApproval>[3],
) =>
  perform(options.output, async output =>
    (await import('./commands/approvals')).decideApproval(
      home,
      options,
      name,
      decision,
      output,
    ),
  );
approvals.enablePositionalOptions();
withCluster(approvals.command('approve <name>'))
  .option('--reason <text>')
  .action((name: string, options: Common & { reason?: string }) =>
    decide(name, options, { approved: true, reason: options.reason }),
  );
withCluster(approvals.command('reject <name>'))
  .option('--reason <text>', 'the agent is told')
  .action((name: string, options: Common & { reason?: string }) =>
    decide(name, options, { approved: false, reason: options.reason }),
  );
withCluster(approvals.command('answer <name> <text>')).action(
  (name: string, answer: string, options: Common) =>
    decide(name, options, { answer }),
);

const audit = program.command('audit').description('prove the record');
withCluster(audit.command('verify'))
  .description('exit 0 intact, 1 altered, 2 gap or unsealed, 3 cannot verify')
  .option('--session <id>', 'only this one')
  .option('--bundle <file>', 'an exported session, without any cluster')
  .action((options: Common & { session?: string; bundle?: string }) =>
    perform(options.output, async output =>
      (await import('./commands/auditVerify')).auditVerify(
        home,
        options,
        output,
      ),
    ),
  );

program.parseAsync();
