import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GreenroomHome } from './GreenroomHome';
import { readRunning, removeRunState, writeRunState } from './RunState';

const state = {
  kubeconfig: '/k',
  apiServer: 'https://127.0.0.1:1',
  startedAt: '2026-01-01T00:00:00Z',
  readyAt: '2026-01-01T00:00:02Z',
};

describe('what up says about itself', () => {
  let home: GreenroomHome;
  beforeEach(() => {
    home = new GreenroomHome(
      mkdtempSync(path.join(tmpdir(), 'greenroom-home-')),
      '/root-of-clone',
    );
  });
  afterEach(() => rmSync(home.folder, { recursive: true }));

  it('is read back while the process runs', () => {
    writeRunState(home, { ...state, pid: process.pid });
    expect(readRunning(home)).toMatchObject({ ...state, pid: process.pid });
  });

  it('counts no more once the process has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    writeRunState(home, { ...state, pid: child.pid });
    expect(readRunning(home)).toBeDefined();
    const ended = new Promise(resolve => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(readRunning(home)).toBeUndefined();
  });

  it('counts no more when the pid belongs to another process now', () => {
    writeFileSync(
      home.runFile,
      JSON.stringify({ ...state, pid: process.pid, pidStartTicks: '1' }),
    );
    expect(readRunning(home)).toBeUndefined();
  });

  it('is nothing when the file is torn or gone', () => {
    writeFileSync(home.runFile, '{"pid": 1');
    expect(readRunning(home)).toBeUndefined();
    removeRunState(home);
    expect(readRunning(home)).toBeUndefined();
  });
});
