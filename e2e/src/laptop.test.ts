import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { LaptopCluster } from './harness/LaptopCluster';
import { processesNaming } from './harness/processes';
import { root } from './harness/root';

jest.setTimeout(180_000);

describe('greenroom up and down', () => {
  let cluster: LaptopCluster;
  beforeEach(() => {
    cluster = LaptopCluster.create(root);
  });
  afterEach(() => cluster.stop());

  it('says where it is, and leaves no process behind after Ctrl-C', async () => {
    await cluster.up();
    const state = JSON.parse(
      readFileSync(path.join(cluster.home, 'run.json'), 'utf8'),
    );
    expect(state).toMatchObject({
      pid: cluster.pid,
      kubeconfig: path.join(cluster.home, 'kubeconfig'),
    });
    expect(state.apiServer).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(Date.parse(state.readyAt)).toBeGreaterThan(
      Date.parse(state.startedAt),
    );
    expect(await cluster.kubectl.output('get', 'agents')).toContain(
      'repo-doctor',
    );
    await cluster.down('SIGINT');
    expect(processesNaming(cluster.home)).toEqual([]);
    expect(existsSync(path.join(cluster.home, 'run.json'))).toBe(false);
  });

  it('finds its objects again after a restart', async () => {
    await cluster.up();
    await cluster.kubectl.output('create', 'configmap', 'kept');
    await cluster.down();
    await cluster.up();
    expect(await cluster.kubectl.output('get', 'configmap', 'kept')).toContain(
      'kept',
    );
  });

  it('a second up says that it runs already', async () => {
    await cluster.up();
    const second = await cluster.command('up');
    expect(second.status).toBe(0);
    expect(second.stdout).toContain('is already running');
  });

  it('runs detached, and down ends it', async () => {
    const up = await cluster.command('up', '--detach');
    expect([up.stderr, up.status]).toEqual([expect.any(String), 0]);
    expect(up.stdout).toContain('is ready');
    const status = await cluster.command('status', '-o', 'json');
    expect(JSON.parse(status.stdout)).toMatchObject({
      running: true,
      operatorReady: true,
    });
    const down = await cluster.command('down');
    expect(down.status).toBe(0);
    expect(processesNaming(cluster.home)).toEqual([]);
    expect((await cluster.command('status')).status).toBe(1);
  });

  it('comes back after everything was killed, and ends what was left', async () => {
    await cluster.up();
    await cluster.untilAgentTakesWork('repo-doctor');
    const left = processesNaming(cluster.home);
    expect(left.map(({ command }) => command)).toEqual(
      expect.arrayContaining([expect.stringContaining('sidecar.mjs')]),
    );
    // The outer ones first, as a crash of the machine's session would: nobody is left to end the pods.
    const outer = left.filter(({ command }) =>
      /greenroom\.mjs|devcluster\.mjs/.test(command),
    );
    for (const { pid } of outer) process.kill(pid, 'SIGKILL');
    await cluster.until('they are gone', async () => {
      const now = processesNaming(cluster.home).map(({ pid }) => pid);
      return outer.every(({ pid }) => !now.includes(pid));
    });
    const orphans = processesNaming(cluster.home).map(({ pid }) => pid);
    await cluster.up();
    const now = processesNaming(cluster.home).map(({ pid }) => pid);
    expect(now.filter(pid => orphans.includes(pid))).toEqual([]);
    expect(await cluster.kubectl.output('get', 'agents')).toContain(
      'repo-doctor',
    );
  });

  it('ends what is left when the cluster dies under it, and says so', async () => {
    await cluster.up();
    await cluster.untilAgentTakesWork('repo-doctor');
    const [devcluster] = processesNaming(cluster.home).filter(({ command }) =>
      command.includes('devcluster.mjs'),
    );
    process.kill(devcluster.pid, 'SIGKILL');
    expect(await cluster.untilEnded()).toBe(1);
    expect(cluster.said).toContain('The local cluster ended by itself');
    expect(processesNaming(cluster.home)).toEqual([]);
  });

  it('names a port that is in use, and ends with a failure', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { status, stderr } = await cluster.command(
      'up',
      '--port',
      String(port),
    );
    server.close();
    expect(status).toBe(1);
    expect(stderr).toContain(String(port));
    expect(stderr).toMatch(/in use/);
    expect(processesNaming(cluster.home)).toEqual([]);
  });
});
