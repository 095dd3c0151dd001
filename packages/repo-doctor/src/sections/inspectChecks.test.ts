import { TestRepository } from '../testing/TestRepository';
import { inspectChecks } from './inspectChecks';

describe('inspectChecks', () => {
  let repository: TestRepository;

  beforeEach(() => {
    repository = new TestRepository();
  });

  afterEach(() => repository.remove());

  const sources = (extra: Record<string, string> = {}) => ({
    ...Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [`src/f${i}.ts`, '']),
    ),
    ...extra,
  });

  it('misses tests, continuous integration and a README', async () => {
    repository.commit(
      sources({ 'package.json': '{"scripts": {"test": "jest"}}' }),
    );
    const { findings, facts } = await inspectChecks(await repository.context());
    expect(findings.map(finding => finding.id)).toEqual([
      'no-tests',
      'no-ci',
      'no-readme',
    ]);
    expect(findings[1].advice).toContain('"npm test"');
    expect(facts).toMatchObject({
      sourceFiles: 6,
      testFiles: 0,
      testCommand: 'npm test',
    });
  });

  it('finds tests of each language by how they are named', async () => {
    repository.commit({
      'a.ts': '',
      'a.test.ts': '',
      'm.go': '',
      'm_test.go': '',
      'p.py': '',
      'tests/test_p.py': '',
      'L.java': '',
      'LTest.java': '',
      'lib.rs': '#[test]\nfn t() {}\n',
      'README.md': '',
    });
    const { facts } = await inspectChecks(await repository.context());
    expect(facts.testFiles).toBe(5);
  });

  it('judges workflows', async () => {
    repository.commit(
      sources({
        'README.md': '',
        'src/a.test.ts': '',
        '.github/workflows/ci.yml': `on: pull_request_target
jobs:
  test:
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.event.pull_request.head.sha }}
      - uses: someone/thing@v1
      - uses: other/thing@0123456789012345678901234567890123456789
`,
      }),
    );
    const { findings, facts } = await inspectChecks(await repository.context());
    expect(findings.map(finding => finding.id)).toEqual([
      'untrusted-checkout',
      'unpinned-action',
    ]);
    expect(facts.unpinnedActions).toEqual([
      { path: '.github/workflows/ci.yml', line: 8, uses: 'someone/thing@v1' },
    ]);
  });
});
