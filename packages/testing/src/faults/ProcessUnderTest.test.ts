import { readFile } from 'node:fs/promises';
import { ProcessUnderTest } from './ProcessUnderTest';

const started: ProcessUnderTest[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(each => each.killHard()));
});

async function node(script: string) {
  const each = await ProcessUnderTest.start({
    command: process.execPath,
    args: ['-e', script],
  });
  started.push(each);
  return each;
}

const counting = `
  let n = 0;
  process.on('SIGTERM', () => { console.log('asked'); process.exit(3); });
  setInterval(() => console.log('tick ' + ++n), 5);
`;

describe('ProcessUnderTest', () => {
  it('kills hard at a point of the program, and its children with it', async () => {
    const each = await node(`
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      console.log('child ' + child.pid);
      setInterval(() => {}, 1000);
    `);
    const child = Number((await each.line(/^child \d+$/)).slice(6));
    expect(await each.killAtLine(/^child/)).toEqual({
      code: null,
      signal: 'SIGKILL',
    });
    await gone(child);
  });

  it('pauses and goes on where it was', async () => {
    const each = await node(counting);
    await each.line(/^tick 2$/);
    each.pause();
    await stopped(each.pid);
    expect(each.isRunning).toBe(true);
    each.resume();
    // Far more than a pipe could have held back from before the pause.
    const later = each.output.all.length + 20;
    await each.line(new RegExp(`^tick ${later}$`));
  });

  it('asks before it kills', async () => {
    const each = await node(counting);
    await each.line(/^tick/);
    expect(await each.stop()).toEqual({ code: 3, signal: null });
    expect(each.output.all.at(-1)).toEqual({ from: 'stdout', text: 'asked' });
  });

  it('kills what does not listen', async () => {
    const each = await node(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up');`,
    );
    await each.line(/^up$/);
    expect(await each.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('says so when there is nothing to run', async () => {
    await expect(
      ProcessUnderTest.start({ command: '/nowhere/at/all' }),
    ).rejects.toThrow('ENOENT');
  });
});

/** Waits until no process has this id. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise(resolve => {
      setTimeout(resolve, 5);
    });
  }
}

/** Waits until the kernel says that a process is stopped. */
async function stopped(pid: number): Promise<void> {
  for (;;) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    if (/^State:\s+T/m.test(status)) return;
    await new Promise(resolve => {
      setTimeout(resolve, 5);
    });
  }
}
