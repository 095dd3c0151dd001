import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOutContext } from '../carryOut/checkOutContext';
import type { Surroundings } from '../carryOut/Surroundings';
import { writeContexts } from '../carryOut/writeContexts';
import { planContexts } from '../plan/planContexts';
import type { ResolvedContextItem } from '../plan/ResolvedContextItem';
import { SyncedCheckout } from './SyncedCheckout';

let folder: string;
let origin: string;
let workspaceDir: string;

const identity = [
  '-c',
  'user.name=A Person',
  '-c',
  'user.email=a@example.com',
  '-c',
  'commit.gpgsign=false',
];
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', [...identity, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
const commitFile = (path: string, content: string) => {
  const full = join(origin, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, content);
  git(origin, 'add', '-A');
  git(origin, 'commit', '-q', '-m', `Change ${path}`);
  return git(origin, 'rev-parse', 'HEAD');
};
const surroundings = (): Surroundings => ({
  workspaceDir,
  scratchDir: join(folder, 'scratch'),
  secret: async () => undefined,
  localRepositories: [{ named: '/clone', folder: origin }],
  env: process.env,
  timeoutMs: 30_000,
});
const checkOut = async (
  more: Partial<ResolvedContextItem['git'] & object> = {},
  mountPath = 'repo',
  others: ResolvedContextItem[] = [],
) => {
  const plan = planContexts(
    [
      {
        name: 'repo',
        type: 'Git',
        mountPath,
        git: { repository: 'file:///clone', ...more },
      },
      ...others,
    ],
    '/workspace',
  );
  expect(plan.conflicts).toEqual([]);
  await writeContexts(plan, surroundings());
  const commit = await checkOutContext(plan, plan.checkouts[0], surroundings());
  return {
    commit,
    checkout: plan.checkouts[0],
    target: join(workspaceDir, mountPath),
  };
};
const read = (...path: string[]) =>
  readFileSync(join(workspaceDir, ...path), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'greenroom-checkout-'));
  origin = join(folder, 'origin');
  workspaceDir = join(folder, 'workspace');
  for (const each of [origin, workspaceDir, join(folder, 'scratch')])
    mkdirSync(each);
  git(origin, 'init', '-q', '-b', 'trunk');
  commitFile('README.md', 'one\n');
  commitFile('docs/guide.md', 'guide\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a Git context', () => {
  it('is the default branch with one commit of history unless more is asked for', async () => {
    const { commit, target } = await checkOut();
    expect(commit).toBe(git(origin, 'rev-parse', 'HEAD'));
    expect(git(target, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('trunk');
    expect(git(target, 'rev-list', '--count', 'HEAD')).toBe('1');
    expect(git(target, 'status', '--porcelain')).toBe('');
  });

  it('has the whole history, all branches and tags with depth 0', async () => {
    git(origin, 'tag', 'v1');
    git(origin, 'branch', 'side');
    const { target } = await checkOut({ depth: 0 });
    expect(git(target, 'rev-list', '--count', 'HEAD')).toBe('2');
    expect(git(target, 'tag')).toBe('v1');
    expect(git(target, 'branch', '-r')).toContain('origin/side');
  });

  it.each(['branch', 'tag', 'commit', 'abbreviated commit'])(
    'stands at the %s asked for',
    async kind => {
      git(origin, 'tag', '-a', 'v1', '-m', 'first');
      git(origin, 'branch', 'release/1');
      const wanted = git(origin, 'rev-parse', 'HEAD');
      commitFile('README.md', 'two\n');
      const refs: Record<string, string> = {
        branch: 'release/1',
        tag: 'v1',
        commit: wanted,
        'abbreviated commit': wanted.slice(0, 9),
      };
      const { commit } = await checkOut({ ref: refs[kind] });
      expect(commit).toBe(wanted);
      expect(read('repo', 'README.md')).toBe('one\n');
    },
  );

  it('says that a ref does not exist', async () => {
    await expect(checkOut({ ref: 'nowhere' })).rejects.toThrow(
      'Context "repo" could not clone "file:///clone": it has no branch or tag "nowhere". Correct git.ref.',
    );
  });

  it('is refused when the local repository is not offered', async () => {
    await expect(checkOut({ repository: 'file:///etc' })).rejects.toThrow(
      '"file:///etc" is not one of the local repositories this cluster offers (file:///clone)',
    );
  });

  it('can be a folder or a file of the repository, without its history', async () => {
    await checkOut({ path: 'docs' }, 'guides');
    expect(read('guides', 'guide.md')).toBe('guide\n');
    expect(() => statSync(join(workspaceDir, 'guides', '.git'))).toThrow();
    await checkOut({ path: 'README.md' }, 'READ.md');
    expect(read('READ.md')).toBe('one\n');
  });

  it('fills the workspace itself and leaves other contexts’ files as they were given', async () => {
    await checkOut({}, '/workspace', [
      {
        name: 'mine',
        type: 'Text',
        mountPath: 'README.md',
        text: 'mine',
        fileMode: 0o600,
      },
      { name: 'note', type: 'Text', text: 'a note' },
    ]);
    expect(read('README.md')).toBe('mine');
    expect(statSync(join(workspaceDir, 'README.md')).mode % 0o1000).toBe(0o600);
    expect(read('docs', 'guide.md')).toBe('guide\n');
    expect(read('.greenroom', 'context.md')).toBe(
      '<context name="note" type="Text">\na note\n</context>\n',
    );
  });

  it('never goes through a link that leads out of the workspace', async () => {
    symlinkSync(folder, join(workspaceDir, 'repo'));
    await expect(checkOut()).rejects.toThrow(
      'leads out of the folder through a symbolic link',
    );
  });

  it('makes nothing that anybody may write', async () => {
    const { target } = await checkOut();
    expect(statSync(target).mode % 0o10).toBe(0o5);
    expect(statSync(join(target, 'README.md')).mode % 0o10).toBe(0o4);
  });
});

describe('a checkout that is followed', () => {
  const follow = async (more: object = {}, mountPath = 'repo') => {
    const { checkout, commit, target } = await checkOut(more, mountPath);
    const scratch = join(folder, 'sync');
    mkdirSync(scratch);
    return {
      target,
      synced: new SyncedCheckout(
        checkout,
        target,
        scratch,
        commit,
        surroundings(),
      ),
    };
  };

  it('takes over what changed, added and removed, and its repository is clean afterwards', async () => {
    const { synced, target } = await follow();
    commitFile('src/new.ts', 'new\n');
    git(origin, 'rm', '-q', 'docs/guide.md');
    const commit = commitFile('README.md', 'two\n');
    expect(await synced.sync()).toEqual({
      phase: 'Synced',
      commit,
      observed: commit,
    });
    expect(read('repo', 'README.md')).toBe('two\n');
    expect(read('repo', 'src', 'new.ts')).toBe('new\n');
    expect(() => statSync(join(target, 'docs', 'guide.md'))).toThrow();
    expect(git(target, 'rev-parse', 'HEAD')).toBe(commit);
    expect(git(target, 'status', '--porcelain')).toBe('');
  });

  it('keeps files that were changed here while others change upstream', async () => {
    const { synced } = await follow();
    writeFileSync(join(workspaceDir, 'repo', 'docs', 'guide.md'), 'mine\n');
    const commit = commitFile('README.md', 'two\n');
    expect(await synced.sync()).toEqual({
      phase: 'Synced',
      commit,
      observed: commit,
    });
    expect(read('repo', 'docs', 'guide.md')).toBe('mine\n');
  });

  it('changes nothing when a file changed on both sides, and says which', async () => {
    const { synced } = await follow();
    const before = git(origin, 'rev-parse', 'HEAD');
    writeFileSync(join(workspaceDir, 'repo', 'README.md'), 'mine\n');
    commitFile('docs/guide.md', 'new guide\n');
    commitFile('README.md', 'two\n');
    const status = await synced.sync();
    expect(status).toMatchObject({ phase: 'Blocked', commit: before });
    expect(status.message).toContain(
      '"README.md" changed both here and in the repository',
    );
    expect(read('repo', 'docs', 'guide.md')).toBe('guide\n');
  });

  it('stops following when the agent has made commits', async () => {
    const { synced, target } = await follow();
    git(target, 'commit', '-q', '--allow-empty', '-m', 'Mine');
    commitFile('README.md', 'two\n');
    expect(await synced.sync()).toMatchObject({ phase: 'Diverged' });
    expect(read('repo', 'README.md')).toBe('one\n');
  });

  it('follows a folder of a repository', async () => {
    const { synced } = await follow({ path: 'docs' }, 'guides');
    commitFile('docs/guide.md', 'two\n');
    const commit = commitFile('README.md', 'two\n');
    expect(await synced.sync()).toEqual({
      phase: 'Synced',
      commit,
      observed: commit,
    });
    expect(read('guides', 'guide.md')).toBe('two\n');
  });

  it('runs nothing that the agent puts into the repository’s configuration', async () => {
    const { synced, target } = await follow();
    const proof = join(folder, 'proof');
    git(target, 'config', 'core.fsmonitor', `touch ${proof}`);
    git(target, 'config', 'filter.x.smudge', `touch ${proof}`);
    writeFileSync(join(target, '.gitattributes'), '* filter=x\n');
    const commit = commitFile('README.md', 'two\n');
    expect(await synced.sync()).toEqual({
      phase: 'Synced',
      commit,
      observed: commit,
    });
    expect(() => statSync(proof)).toThrow();
  });

  it('reports a repository that is gone and recovers when it is back', async () => {
    const { synced } = await follow();
    execFileSync('mv', [origin, `${origin}-away`]);
    expect(await synced.sync()).toMatchObject({ phase: 'Failed' });
    execFileSync('mv', [`${origin}-away`, origin]);
    const commit = commitFile('README.md', 'two\n');
    expect(await synced.sync()).toEqual({
      phase: 'Synced',
      commit,
      observed: commit,
    });
  });
});
