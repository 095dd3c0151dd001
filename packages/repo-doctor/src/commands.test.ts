import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, applyFixes, begin, inspect, report } from './commands';
import { NotARepositoryError } from './git/Repository';
import { secretSamples } from './testing/secretSamples';
import { NOW, TestRepository } from './testing/TestRepository';

const SOURCE =
  'export function f() {\n  if (1) {\n    return 2;\n  }\n}\n'.repeat(10);

describe('repo-doctor', () => {
  let repository: TestRepository;
  let out: string;

  beforeEach(() => {
    repository = new TestRepository();
    out = mkdtempSync(join(tmpdir(), 'repo-doctor-out-'));
  });

  afterEach(() => {
    repository.remove();
    rmSync(out, { recursive: true });
  });

  async function run() {
    const options = { directory: repository.directory, out };
    await begin(options, NOW);
    const lines: string[] = [];
    for await (const line of inspect(options, [], 60_000)) lines.push(line);
    return { fixes: await report(options), lines, options };
  }

  const read = (name: string) => readFileSync(join(out, name), 'utf8');

  it('reports a repository whose names and authors mean harm', async () => {
    repository.commit(
      {
        'src/a.ts': SOURCE,
        '=cmd|calc.ts': SOURCE,
        '<script>alert(1)<.md': '# TODO <img src=x> | `x`',
        'app.env': secretSamples['GitHub token'],
      },
      {
        author: '<img src=x onerror=alert(1)> |*_[x](javascript:y)',
        email: 'x@example.com',
      },
    );
    const { lines } = await run();
    expect(lines).toHaveLength(7);
    const markdown = read('report.md');
    expect(markdown).toContain('1 finding needs action now');
    expect(markdown.replace(/`[^`\n]*`/g, '')).not.toContain('<img');
    expect(markdown).not.toMatch(/(?<!\\)\]\(javascript:/);
    const svg = read('chart.svg');
    expect(svg).not.toContain('<img');
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(read('findings.csv')).not.toMatch(/(^|,)[=+@-]/m);
    for (const file of [
      'report.md',
      'findings.csv',
      'findings.json',
      'chart.svg',
      'fixes.patch',
    ]) {
      expect(read(file)).not.toContain('aB3dE5fG7h');
    }
  });

  it('writes fixes to a branch, one commit each, and touches nothing else', async () => {
    repository.commit({
      'src/a.ts': SOURCE,
      '.DS_Store': 'x',
      '.gitignore': 'dist',
      LICENSE: readFileSync(join(__dirname, '../../../LICENSE'), 'utf8'),
      'package.json': '{\n  "name": "x",\n  "version": "1.0.0"\n}\n',
    });
    writeFileSync(join(repository.directory, 'mine.txt'), 'not committed');
    repository.git('add', 'mine.txt');
    const before = repository.git('status', '--porcelain');
    const { fixes, options } = await run();
    expect(fixes).toBe(4);
    const last = await applyFixes(options, 'repo-doctor/fixes');
    expect(repository.git('rev-parse', 'repo-doctor/fixes')).toBe(last);
    expect(
      repository
        .git('log', '--format=%s', 'main..repo-doctor/fixes')
        .split('\n'),
    ).toEqual([
      'Name Apache-2.0 in the manifests',
      'Remove files that tools leave behind',
      'Tell editors how the files are indented',
      'Say how line ends are stored',
    ]);
    const show = (path: string) =>
      repository.git('show', `repo-doctor/fixes:${path}`);
    expect(JSON.parse(show('package.json'))).toEqual({
      name: 'x',
      version: '1.0.0',
      license: 'Apache-2.0',
    });
    expect(show('.gitignore')).toBe('dist\n.DS_Store');
    expect(show('.editorconfig')).toContain('indent_size = 2');
    expect(
      repository.git('ls-tree', '--name-only', 'repo-doctor/fixes'),
    ).not.toContain('.DS_Store');
    expect(repository.git('status', '--porcelain')).toBe(before);
    await expect(applyFixes(options, 'repo-doctor/fixes')).rejects.toThrow(
      'The branch "repo-doctor/fixes" exists',
    );
    await expect(applyFixes(options, '../evil')).rejects.toThrow();
    expect(
      await answer(options, {
        branch: 'repo-doctor/fixes',
        where: 'the clone',
      }),
    ).toContain('4 commits on the new branch `repo-doctor/fixes` in the clone');
  });

  it('hands the fixes over as a patch that applies, without writing to the repository', async () => {
    repository.commit({ 'src/a.ts': SOURCE });
    const objects = repository.git('count-objects');
    await run();
    expect(repository.git('count-objects')).toBe(objects);
    repository.git(
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@y.z',
      'am',
      '--quiet',
      join(out, 'fixes.patch'),
    );
    expect(repository.git('ls-files')).toContain('.gitattributes');
  });

  it('says truthfully that no branch was written', async () => {
    repository.commit({ 'src/a.ts': SOURCE });
    const { options } = await run();
    const text = await answer(options, {
      why: '"Write it" was refused by jane, so it was not done.',
    });
    expect(text).toContain(
      'No branch was written: "Write it" was refused by jane',
    );
  });

  it('refuses what is no repository, and one without a commit', async () => {
    await expect(begin({ directory: out, out }, NOW)).rejects.toThrow(
      NotARepositoryError,
    );
    await expect(
      begin({ directory: repository.directory, out }, NOW),
    ).rejects.toThrow('has no commit yet');
    await expect(
      report({ directory: repository.directory, out }),
    ).rejects.toThrow('Nothing was inspected into');
  });

  it('runs nothing that a repository configures', async () => {
    repository.commit({ 'a.txt': 'x', '.gitattributes': '*.txt diff=evil\n' });
    const marker = join(out, 'ran');
    repository.git('config', 'core.fsmonitor', `touch ${marker}; false`);
    repository.git('config', 'diff.evil.textconv', `touch ${marker}; cat`);
    repository.git('config', 'diff.external', `touch ${marker}`);
    await run();
    expect(() => readFileSync(marker)).toThrow('ENOENT');
  });
});
