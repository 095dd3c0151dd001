import { runProcess } from './runProcess';

function sh(
  script: string,
  over: Partial<Parameters<typeof runProcess>[0]> = {},
) {
  return runProcess({
    command: 'sh',
    args: ['-c', script],
    cwd: '/',
    env: { PATH: process.env.PATH ?? '' },
    signal: new AbortController().signal,
    timeoutMs: 20_000,
    outputLimitBytes: 1_000,
    ...over,
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('runProcess', () => {
  it('gives output and exit code', async () => {
    expect(await sh('echo out; echo err >&2; exit 3')).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
      exitCode: 3,
      timedOut: false,
      aborted: false,
    });
  });

  it('streams output whole, also characters split over chunks', async () => {
    let streamed = '';
    await sh("printf '\\303'; sleep 0.05; printf '\\251'", {
      onOutput: text => {
        streamed += text;
      },
    });
    expect(streamed).toBe('é');
  });

  it('keeps head and tail of long output', async () => {
    const { stdout } = await sh('echo begin; seq 1 10000; echo end');
    expect(stdout).toMatch(/^begin\n1\n/);
    expect(stdout).toMatch(/end\n$/);
    expect(stdout).toMatch(/… \d+ characters left out …/);
    expect(stdout.length).toBeLessThan(1_200);
  });

  it('ends children that moved to a session of their own, within a second', async () => {
    const abort = new AbortController();
    let output = '';
    let ended: { result: unknown; at: number } | undefined;
    const started = new Promise<number>(resolve => {
      void sh(
        'setsid sh -c "trap \\"\\" TERM; echo $$ pid; sleep 60" & sleep 60',
        {
          signal: abort.signal,
          onOutput: text => {
            output += text;
            const pid = /(\d+) pid/.exec(output)?.[1];
            if (pid) resolve(Number(pid));
          },
        },
      ).then(result => {
        ended = { result, at: performance.now() };
      });
    });
    await started;
    const children = await sh('ps -eo pid,args | grep "[s]leep 60" | wc -l');
    expect(Number(children.stdout)).toBeGreaterThan(0);
    const cancelled = performance.now();
    abort.abort();
    while (!ended) await new Promise(resolve => setTimeout(resolve, 10));
    expect(ended.result).toMatchObject({ aborted: true });
    expect(ended.at - cancelled).toBeLessThan(1_000);
  });

  it('ends what a script left in the background', async () => {
    const { stdout } = await sh('sleep 60 & echo $!');
    while (isAlive(Number(stdout))) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    expect(isAlive(Number(stdout))).toBe(false);
  });

  it('ends a program that takes too long', async () => {
    expect(await sh('sleep 60', { timeoutMs: 50 })).toMatchObject({
      timedOut: true,
    });
  });

  it('says what to do when the program is not there', async () => {
    await expect(sh('', { command: 'no-such-program' })).rejects.toThrow(
      '"no-such-program" could not be started in /',
    );
  });
});
