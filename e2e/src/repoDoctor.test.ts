import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { approvalType, LaptopCluster } from './harness/LaptopCluster';
import { root } from './harness/root';

jest.setTimeout(180_000);

/** A small repository with a few things wrong. */
function makeRepository(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'greenroom-repository-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], { stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  mkdirSync(path.join(folder, 'src'));
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: 'sample', dependencies: { left: '*' } }),
  );
  writeFileSync(path.join(folder, 'src/a.js'), '// TODO: finish\n');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Begin');
  return folder;
}

describe('the repo doctor', () => {
  let cluster: LaptopCluster;
  let repository: string;
  beforeAll(async () => {
    repository = makeRepository();
    cluster = await LaptopCluster.start(root);
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(repository, { recursive: true, force: true });
  });

  const untilAsked = (task: string) =>
    cluster.until(`task ${task} asks`, async () => {
      const { items } = await cluster.client.list(approvalType, {
        namespace: 'default',
      });
      return items.find(
        ({ spec, status }) =>
          spec.taskRef?.name === task &&
          (status?.phase ?? 'Pending') === 'Pending',
      );
    });
  const inspect = (name: string) =>
    cluster.createTask('repo-doctor', name, {
      contexts: [
        {
          name: 'repository',
          type: 'Git',
          mountPath: 'repository',
          git: { repository: `file://${repository}`, depth: 0 },
        },
      ],
    });

  it('inspects this repository when its folder is applied, and writes the branch once approved', async () => {
    await cluster.kubectl.output(
      'apply',
      '-f',
      path.join(root, 'examples/repo-doctor'),
    );
    const approval = await untilAsked('inspect');
    await cluster.kubectl.output(
      'patch',
      'approval',
      approval.metadata.name!,
      '--type=merge',
      '-p',
      '{"decision":{"approved":true}}',
    );
    await cluster.kubectl.output(
      'wait',
      '--for=condition=Completed',
      'task/inspect',
      '--timeout=60s',
    );
    const { status } = await cluster.task('inspect');
    expect(status!.answer).toContain('repo-doctor/fixes');
    expect(status!.answer).toContain('report.md');
    const shown = await cluster.command(
      'sessions',
      'show',
      status!.session!.id!,
      '-o',
      'json',
    );
    const events = shown.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(
      events
        .filter(({ type }) => type === 'agent.artifact')
        .map(({ payload }) => payload.name),
    ).toEqual(
      expect.arrayContaining(['report.md', 'findings.csv', 'chart.svg']),
    );
    expect(events.map(({ seq }) => seq)).toEqual(
      events.map((_, index) => index + 1),
    );
    const verified = await cluster.command('audit', 'verify');
    expect(verified.status).toBe(0);
  });

  it('says so when the branch is refused', async () => {
    await inspect('refused');
    const approval = await untilAsked('refused');
    await cluster.kubectl.output(
      'patch',
      'approval',
      approval.metadata.name!,
      '--type=merge',
      '-p',
      '{"decision":{"approved":false,"reason":"not today"}}',
    );
    const { status } = await cluster.untilFinished('refused');
    expect(status!.phase).toBe('Completed');
    expect(status!.answer).toContain('No branch was written');
    expect(status!.answer).toContain('not today');
  });

  it('greenroom run does the same in one command, and ends as the task does', async () => {
    const ran = await cluster.command(
      'run',
      'repo-doctor',
      '--repo',
      repository,
      '--set',
      'fixes=false',
    );
    expect([ran.stderr, ran.status]).toEqual([expect.any(String), 0]);
    expect(ran.stderr).toContain('Reading the history');
    expect(ran.stdout).toContain('report.md');
  });

  it('greenroom run of an agent that is not there names those that are', async () => {
    const ran = await cluster.command('run', 'nobody');
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('There is no agent "nobody"');
    expect(ran.stderr).toContain('repo-doctor');
  });
});

describe('a question that nobody answers', () => {
  let cluster: LaptopCluster;
  beforeAll(async () => {
    cluster = await LaptopCluster.start(root);
  });
  afterAll(() => cluster.stop());

  it('ends with its time, and the task says that it was not allowed', async () => {
    await cluster.addAgent(
      'asker',
      [
        'steps:',
        '  - name: ask',
        '    permit:',
        '      action: Paint it green',
        '      reason: It is grey.',
        '      timeout: 1s',
      ].join('\n'),
    );
    await cluster.createTask('asker', 'late');
    const { status } = await cluster.untilFinished('late');
    expect(status!.phase).toBe('Failed');
    expect(status!.result!.message).toMatch(/Paint it green/);
    const { items } = await cluster.client.list(approvalType, {
      namespace: 'default',
    });
    expect(items.map(each => each.status?.phase)).toEqual(['Expired']);
  });
});
