import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTAINER_MARK, signalProcess } from './ContainerProcesses';
import { OrphanLedger } from './OrphanLedger';
import { findProcess } from './ProcessTable';

describe('OrphanLedger', () => {
  let folder: string;
  let prefix: string;
  const started: number[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    prefix = `test-${randomUUID()}-`;
  });
  afterEach(async () => {
    for (const pid of started.splice(0)) signalProcess(pid, 'SIGKILL');
    await rm(folder, { recursive: true });
  });

  const start = (mark?: string) => {
    const child = spawn('sleep', ['600'], {
      detached: true,
      stdio: 'ignore',
      env: { PATH: '/usr/bin:/bin', ...(mark && { [CONTAINER_MARK]: mark }) },
    });
    started.push(child.pid!);
    return child.pid!;
  };
  const isAlive = async (pid: number) => {
    const found = await findProcess(pid);
    return found !== undefined && !found.isZombie;
  };

  it('a later one ends what an earlier one recorded', async () => {
    const pid = start();
    await new OrphanLedger(folder, prefix).enter('c', pid);
    expect(await new OrphanLedger(folder, prefix).endOrphans()).toBe(1);
    expect(await isAlive(pid)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends what was not recorded yet, by its mark', async () => {
    const ours = start(`${prefix}c`);
    const others = start('another-c');
    expect(await new OrphanLedger(folder, prefix).endOrphans()).toBe(1);
    expect([await isAlive(ours), await isAlive(others)]).toEqual([false, true]);
  });

  it('spares a stranger that has the pid by now', async () => {
    const pid = start();
    await writeFile(
      join(folder, 'c.json'),
      JSON.stringify({ containerId: `${prefix}c`, pid, startTime: '1' }),
    );
    expect(await new OrphanLedger(folder, prefix).endOrphans()).toBe(0);
    expect(await isAlive(pid)).toBe(true);
  });

  it('what has ended is forgotten, and a torn record does no harm', async () => {
    const ledger = new OrphanLedger(folder, prefix);
    const pid = start();
    await ledger.enter('c', pid);
    await ledger.strike('c');
    await writeFile(join(folder, 'torn.json'), '{"pid":');
    expect(await ledger.endOrphans()).toBe(0);
    expect(await isAlive(pid)).toBe(true);
  });
});
