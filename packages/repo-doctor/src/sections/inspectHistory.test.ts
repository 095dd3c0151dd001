import { TestRepository } from '../testing/TestRepository';
import { inspectHistory } from './inspectHistory';

describe('inspectHistory', () => {
  let repository: TestRepository;

  beforeEach(() => {
    repository = new TestRepository();
  });

  afterEach(() => repository.remove());

  it('counts people after .mailmap, bots apart, and who carries the work', async () => {
    for (let index = 0; index < 20; index += 1) {
      repository.commit({ 'core.ts': `v${index}` }, { daysAgo: 30 - index });
    }
    repository.commit(
      { 'a.txt': 'a' },
      { author: 'Grace Hopper', email: 'grace@example.com' },
    );
    repository.commit(
      { 'b.txt': 'b' },
      { author: 'Ada L', email: 'ada@home.example' },
    );
    repository.commit(
      { 'c.txt': 'c' },
      { author: 'renovate[bot]', email: 'bot@example.com' },
    );
    repository.commit({
      '.mailmap': 'Ada Lovelace <ada@example.com> <ada@home.example>\n',
    });
    const { facts, findings } = await inspectHistory(
      await repository.context(),
    );
    expect(facts).toMatchObject({
      commits: 24,
      contributorCount: 2,
      busFactor: 1,
      commitsLastYear: 24,
    });
    expect(facts.contributors[0]).toMatchObject({
      name: 'Ada Lovelace',
      commits: 22,
      isBot: false,
    });
    expect(facts.contributors.find(person => person.isBot)?.name).toBe(
      'renovate[bot]',
    );
    expect(facts.hotSpots[0]).toMatchObject({
      path: 'core.ts',
      commits: 20,
      authors: 1,
    });
    expect(findings.map(finding => finding.id)).toContain('bus-factor');
    expect(
      facts.activity.steps.reduce((sum, [, count]) => sum + count, 0),
    ).toBe(24);
  });

  it('sees one person under several addresses', async () => {
    repository.commit({ a: '1' }, { email: 'ada@work.example' });
    repository.commit({ a: '2' }, { email: 'ada@home.example' });
    repository.commit({ a: '3' }, { author: 'alex', email: 'a@x.example' });
    repository.commit({ a: '4' }, { author: 'alex', email: 'b@x.example' });
    const { facts } = await inspectHistory(await repository.context());
    expect(facts.aliases).toHaveLength(1);
    expect(facts.aliases[0].name).toBe('Ada Lovelace');
  });

  it('leaves mass changes and lock files out of the hot spots', async () => {
    const many = (text: string) =>
      Object.fromEntries(
        Array.from({ length: 250 }, (_, index) => [`f${index}.ts`, text]),
      );
    repository.commit(many('1'));
    repository.commit(many('2'));
    repository.commit({ 'yarn.lock': '1' });
    repository.commit({ 'yarn.lock': '2', 'f1.ts': '3' });
    repository.commit({ 'f1.ts': '4' });
    const { facts } = await inspectHistory(await repository.context());
    expect(facts.hotSpots.map(spot => [spot.path, spot.commits])).toEqual([
      ['f1.ts', 2],
    ]);
  });

  it('says that a repository sleeps, and that a shallow clone knows little', async () => {
    repository.commit({ a: '1' }, { daysAgo: 900 });
    const head = repository.commit({ a: '2' }, { daysAgo: 800 });
    repository.git('update-ref', 'refs/heads/other', head);
    const context = await repository.context();
    expect((await inspectHistory(context)).findings[0].title).toBe(
      'No commit since 2024-04-06',
    );
    const shallow = await inspectHistory({
      ...context,
      repository: { ...context.repository, isShallow: true },
    });
    expect(shallow.limits[0]).toContain('The clone is shallow');
  });
});
