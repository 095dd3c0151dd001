import { programs, type TestProgram } from './program/programs';

function showUsage(): void {
  const usage = Object.entries(programs)
    .map(([name, program]) => `  testing ${name} ${program.usage}\n`)
    .join('');
  process.stderr.write(`Say what to run:\n${usage}`);
  process.exitCode = 2;
}

async function run(
  name: string,
  program: TestProgram,
  args: string[],
): Promise<void> {
  try {
    const { ready, stop } = await program.run(args);
    if (ready) {
      process.stdout.write(`${JSON.stringify({ ready: true, ...ready })}\n`);
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        stop().then(() => process.exit(0));
      });
    }
  } catch (error) {
    process.stderr.write(
      `${
        error instanceof Error ? error.message : error
      }\nUsage: testing ${name} ${program.usage}\n`,
    );
    process.exitCode = 1;
  }
}

const [name, ...args] = process.argv.slice(2);
const program = programs[name];
if (program) run(name, program, args);
else showUsage();
