import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { markedProcesses } from '../processes/ContainerProcesses';
import { ContainerProcess } from './ContainerProcess';
import { ContainerStartError } from './ContainerStartError';

/** Shells of tests find what they call; nothing else of the environment is theirs. */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin' };

async function start(script: string, program = ['sh', '-c', script]) {
  const id = `test-${randomUUID()}`;
  const container = await ContainerProcess.start(
    id,
    { argv: program, environment, workingDir: '/' },
    { stdin: false, tty: false },
  );
  return { id, container };
}

/** Waits until the script has said that it is up. */
async function untilUp({
  leader: { stdout },
}: ContainerProcess): Promise<void> {
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    if (String(chunk).includes('up')) return;
  }
}

describe('ContainerProcess', () => {
  it.each([
    ['exit 0', { exitCode: 0 }],
    ['exit 7', { exitCode: 7 }],
    ['kill -9 $$', { exitCode: 137, signal: 9 }],
  ])('%s ends as it does', async (script, expected) => {
    const { container } = await start(script);
    container.leader.stdout.resume();
    container.leader.stderr!.resume();
    expect(await container.ended).toEqual(expected);
  });

  it('gives what was said, to the last word', async () => {
    const { container } = await start('echo out; echo err >&2; printf end');
    const [out, err] = await Promise.all([
      text(container.leader.stdout),
      text(container.leader.stderr!),
    ]);
    expect([out, err]).toEqual(['out\nend', 'err\n']);
  });

  it('says which program is not there, and where it was looked for', async () => {
    await expect(start('', ['no-such-program'])).rejects.toThrow(
      ContainerStartError,
    );
    await expect(start('', ['no-such-program'])).rejects.toThrow(
      'exec: "no-such-program": executable file not found in $PATH (/usr/local/bin:/usr/bin:/bin)',
    );
    await expect(start('', ['/no/such'])).rejects.toThrow('no such file');
    await expect(start('', ['/etc/passwd'])).rejects.toThrow(
      'permission denied',
    );
  });

  it('lets a container that listens end itself', async () => {
    const { container } = await start(
      'trap "exit 5" TERM; echo up; while :; do sleep 0.02; done',
    );
    await untilUp(container);
    expect(await container.stop(10_000)).toEqual({ exitCode: 5 });
  });

  it('ends one that does not listen when its time is over', async () => {
    const { container } = await start(
      'trap "" TERM; echo up; while :; do sleep 0.02; done',
    );
    await untilUp(container);
    expect(await container.stop(50)).toEqual({ exitCode: 137, signal: 9 });
  });

  it('leaves nothing behind that left the group', async () => {
    const { id, container } = await start(
      '(setsid sh -c "sleep 600 & exec sleep 600" &); echo up; sleep 0.05',
    );
    container.leader.stderr!.resume();
    await untilUp(container);
    container.leader.stdout.resume();
    expect(await container.ended).toEqual({ exitCode: 0 });
    expect(await markedProcesses(id)).toEqual([]);
  });

  it('leaves nothing behind that hides from everything but its parent', async () => {
    const { container } = await start(
      'env -i setsid sleep 600 & echo "up $!"; wait',
    );
    let said = '';
    for await (const chunk of container.leader.stdout.iterator({
      destroyOnReturn: false,
    })) {
      said += chunk;
      if (said.includes('\n')) break;
    }
    const hidden = Number(said.split(' ')[1]);
    // Its parent forks before it becomes what it is.
    while (!(await commandOf(hidden)).startsWith('sleep')) await sleep(5);
    await container.stop(1_000);
    expect(await commandOf(hidden)).toBe('');
  });
});

async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
