import { styleText } from 'node:util';

/** Where a command says things: progress to standard error, results to standard output. */
export class Output {
  readonly isTerminal = Boolean(process.stderr.isTTY);
  private ticker?: NodeJS.Timeout;

  constructor(readonly format: 'text' | 'json' = 'text') {}

  /** Shows that a step runs, with its seconds on a terminal, until it settles. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now();
    const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
    if (this.isTerminal) {
      process.stderr.write(`  ${title} …`);
      this.ticker = setInterval(
        () => process.stderr.write(`\r  ${title} … ${seconds()} s`),
        500,
      );
    }
    try {
      const result = await work();
      this.endStep(styleText('green', '✓'), title, seconds());
      return result;
    } catch (error) {
      this.endStep(styleText('red', '✗'), title, seconds());
      throw error;
    }
  }

  private endStep(mark: string, title: string, seconds: string) {
    clearInterval(this.ticker);
    const line = `${mark} ${title} ${styleText('dim', `${seconds} s`)}`;
    process.stderr.write(this.isTerminal ? `\r${line}    \n` : `${line}\n`);
  }

  /** A line for people that is no result. */
  note(text: string) {
    process.stderr.write(`${text}\n`);
  }

  /** A line of the result. */
  print(text: string) {
    process.stdout.write(`${text}\n`);
  }

  /** The result for programs. */
  json(value: unknown) {
    process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  }
}
