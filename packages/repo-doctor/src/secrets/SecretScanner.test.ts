import { secretSamples } from '../testing/secretSamples';
import { findSecrets } from './SecretScanner';
import { mayHoldSecrets } from './suspicious';

describe('findSecrets', () => {
  it.each(Object.entries(secretSamples))(
    'finds a %s with its line',
    async (kind, text) => {
      const hits = await findSecrets(`first\nsecond\n${text}\n`, 'config.txt');
      expect(hits.map(hit => hit.kind)).toContain(kind);
      expect(hits[0].line).toBe(3);
    },
  );

  it.each(Object.values(secretSamples))('is not spared a look: %s', text => {
    expect(mayHoldSecrets(text)).toBe(true);
  });

  it('cannot be switched off by a comment in the text', async () => {
    const text = `// ${'secretlint'}-disable\n${secretSamples['GitHub token']}`;
    expect(await findSecrets(text, 'a.js')).toHaveLength(1);
  });

  it.each([
    'const url = "https://user:password@example.com/x";',
    'DATABASE=redis://cache:${PASSWORD}@cache:6379',
    'curl http://admin:admin@localhost:8080',
    `id = ${'AKI'}AIOSFODNN7EXAMPLE`,
    'git@github.com:org/repo.git',
    'see https://example.com/@scope/package',
  ])('takes no placeholder for a secret: %s', async text => {
    expect(await findSecrets(text, 'README.md')).toEqual([]);
  });

  it('names one secret once, by the better name', async () => {
    const hits = await findSecrets(
      secretSamples['database address with a password'],
      'a',
    );
    expect(hits).toHaveLength(1);
  });
});
