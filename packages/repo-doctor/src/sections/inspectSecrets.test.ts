import { secretSamples } from '../testing/secretSamples';
import { TestRepository } from '../testing/TestRepository';
import { inspectSecrets } from './inspectSecrets';

describe('inspectSecrets', () => {
  let repository: TestRepository;

  beforeEach(() => {
    repository = new TestRepository();
  });

  afterEach(() => repository.remove());

  it('finds what is in the tree, and what was removed from it with the commit that brought it', async () => {
    repository.commit({ 'readme.txt': 'hello' });
    const leak = repository.commit({
      'old.env': secretSamples['GitHub token'],
    });
    repository.commit({
      'old.env': undefined,
      'app/settings.ini': secretSamples['Stripe key'],
    });
    const { findings, facts } = await inspectSecrets(
      await repository.context(),
    );
    expect(findings).toMatchObject([
      {
        id: 'secret-in-tree',
        severity: 'high',
        title: 'Stripe key in app/settings.ini',
        places: [{ path: 'app/settings.ini', line: 1 }],
      },
      {
        id: 'secret-in-history',
        severity: 'high',
        title: 'GitHub token in an older version of old.env',
        places: [{ path: 'old.env', line: 1, commit: leak }],
      },
    ]);
    expect(facts).toMatchObject({ secretsInTree: 1, secretsInHistoryOnly: 1 });
  });

  it('prints no secret anywhere', async () => {
    for (const [kind, text] of Object.entries(secretSamples)) {
      repository.commit({ [`src/${kind.replaceAll(' ', '-')}.txt`]: text });
    }
    const result = JSON.stringify(
      await inspectSecrets(await repository.context()),
    );
    for (const text of Object.values(secretSamples)) {
      for (const part of text.match(/[A-Za-z0-9]{16,}/g) ?? []) {
        expect(result).not.toContain(part);
      }
    }
  });

  it('names a secret once, however many versions of a file hold it', async () => {
    for (let version = 0; version < 5; version += 1) {
      repository.commit({
        'a.conf': `v = ${version}\n${secretSamples['GitHub token']}`,
      });
    }
    repository.commit({ 'b.conf': secretSamples['GitHub token'] });
    const { findings } = await inspectSecrets(await repository.context());
    expect(findings).toHaveLength(1);
    expect(findings[0].places.map(place => place.path)).toEqual([
      'a.conf',
      'b.conf',
    ]);
  });

  it('weighs what stands in tests less', async () => {
    repository.commit({ 'test/keys.js': secretSamples['GitHub token'] });
    const { findings } = await inspectSecrets(await repository.context());
    expect(findings).toMatchObject([
      { id: 'secret-in-examples', severity: 'low' },
    ]);
  });

  it('says what it left out', async () => {
    repository.commit({
      'big.txt': 'x'.repeat(1_100_000),
      'a.bin': Buffer.from([0, 1, 2]),
    });
    const context = await repository.context();
    expect((await inspectSecrets(context)).limits).toEqual([
      '1 file above 1 MiB was not searched.',
    ]);
    const hurried = await inspectSecrets({ ...context, sectionLimitMs: 0 });
    expect(hurried.limits.join()).toContain(
      'The time ended after 0 of 1 files of the tree.',
    );
  });
});
