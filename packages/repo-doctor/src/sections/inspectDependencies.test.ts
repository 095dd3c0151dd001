import { TestRepository } from '../testing/TestRepository';
import { inspectDependencies } from './inspectDependencies';

describe('inspectDependencies', () => {
  let repository: TestRepository;

  beforeEach(() => {
    repository = new TestRepository();
  });

  afterEach(() => repository.remove());

  async function inspected(files: Record<string, string>) {
    repository.commit(files);
    return inspectDependencies(await repository.context());
  }

  it('counts direct, transitive and duplicated packages of a workspace', async () => {
    const { facts, findings } = await inspected({
      'package.json': '{"private": true, "devDependencies": {"a": "^1"}}',
      'packages/x/package.json':
        '{"dependencies": {"b": "^2", "mine": "workspace:^"}}',
      'yarn.lock': [
        'a 1.0.0',
        'b 2.0.0',
        'c 1.0.0',
        'c 2.0.0',
        'd 1.0.0',
        'd 2.0.0',
        'e 1.0.0',
        'e 2.0.0',
      ]
        .map(each => each.split(' '))
        .map(
          ([name, version]) => `${name}@^${version}:\n  version "${version}"\n`,
        )
        .join('\n'),
    });
    expect(facts.ecosystems).toMatchObject([
      { ecosystem: 'npm', direct: 3, directRuntime: 2, transitive: 5 },
    ]);
    expect(facts.ecosystems[0].duplicated.map(each => each.name)).toEqual([
      'c',
      'd',
      'e',
    ]);
    expect(findings.map(finding => finding.id)).toEqual(['duplicated']);
  });

  it.each([
    [{ 'package.json': '{"dependencies": {"a": "^1"}}' }, 'no-lock-file'],
    [
      {
        'package.json': '{"dependencies": {"a": "*"}}',
        'yarn.lock': 'a@*:\n  version "1.0.0"\n',
      },
      'unpinned',
    ],
    [
      {
        'package.json': '{"dependencies": {"a": "^1"}}',
        'yarn.lock': 'b@*:\n  version "1.0.0"\n',
      },
      'stale-lock-file',
    ],
    [
      {
        'package.json': '{}',
        'yarn.lock': '',
        'package-lock.json': '{"packages": {}}',
      },
      'rival-lock-files',
    ],
    [{ 'package.json': '{oops' }, 'unreadable-manifest'],
    [{ 'requirements.txt': 'flask\nrequests==2.0\n' }, 'unpinned'],
    [{ 'go.mod': 'module x\nrequire a.dev/a v1.0.0\n' }, 'no-go-sum'],
    [
      {
        'pom.xml':
          '<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1-SNAPSHOT</version></dependency></dependencies></project>',
      },
      'unpinned',
    ],
    [
      {
        'Cargo.toml': '[package]\nname="x"\n[dependencies]\na = "*"\n',
        'Cargo.lock': '[[package]]\nname = "a"\nversion = "1"\nsource = "r"\n',
      },
      'unpinned',
    ],
  ])('finds in %j: %s', async (files, id) => {
    const { findings } = await inspected(files as Record<string, string>);
    expect(findings.map(finding => finding.id)).toContain(id);
  });

  it('leaves copies of others alone', async () => {
    const { facts } = await inspected({
      'vendor/x/package.json': '{"dependencies": {"a": "*"}}',
      'test/fixtures/y/package.json': '{oops',
    });
    expect(facts.ecosystems).toEqual([]);
  });
});
