import { TestRepository } from '../testing/TestRepository';
import { inspectFiles } from './inspectFiles';

describe('inspectFiles', () => {
  let repository: TestRepository;

  beforeEach(() => {
    repository = new TestRepository();
  });

  afterEach(() => repository.remove());

  async function inspected() {
    const { facts, findings } = await inspectFiles(await repository.context());
    return { facts, ids: findings.map(finding => finding.id), findings };
  }

  it('weighs the tree and finds what history still holds', async () => {
    const noise = (size: number) =>
      Buffer.from(Array.from({ length: size }, (_, i) => (i * 7919) % 251));
    repository.commit({
      'data/dump.bin': noise(1_500_000),
      'src/a.ts': 'export {};\n',
    });
    repository.commit({
      'data/dump.bin': undefined,
      'logo.png': noise(2_000_000),
    });
    const { facts, ids, findings } = await inspected();
    expect(facts).toMatchObject({
      files: 2,
      binaryFiles: 1,
      languages: [['TypeScript', 11]],
    });
    expect(facts.largest[0]).toEqual({
      path: 'logo.png',
      bytes: 2_000_000,
      isBinary: true,
    });
    expect(ids).toEqual(expect.arrayContaining(['big-file', 'big-history']));
    expect(
      findings.find(finding => finding.id === 'big-history')?.places,
    ).toEqual([{ path: 'data/dump.bin' }]);
  });

  it('tells binary from text by content where the name says nothing', async () => {
    repository.commit({ blob: Buffer.from([1, 0, 2]), text: 'plain' });
    expect((await inspected()).facts.binaryFiles).toBe(1);
  });

  it('finds leftovers, names that clash, and Windows line ends', async () => {
    repository.commit({
      '.DS_Store': 'x',
      'node_modules/a/index.js': '',
      'src/Readme.md': 'a',
      'src/README.md': 'b',
      'what?.txt': 'c',
      'dos.txt': 'one\r\ntwo\r\n',
    });
    const { ids, facts } = await inspected();
    expect(ids).toEqual(
      expect.arrayContaining([
        'committed-junk',
        'case-clash',
        'unportable-name',
        'crlf',
        'no-conventions',
      ]),
    );
    expect(facts.committedJunk).toEqual([
      '.DS_Store',
      'node_modules/a/index.js',
    ]);
    expect(facts.crlfFiles).toBe(1);
  });

  it('has nothing to say about a tidy repository', async () => {
    repository.commit({
      '.gitattributes': '* text=auto\n',
      '.editorconfig': 'root = true\n',
      'a.ts': '',
    });
    expect((await inspected()).ids).toEqual([]);
  });
});
