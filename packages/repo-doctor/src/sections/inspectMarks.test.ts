import { secretSamples } from '../testing/secretSamples';
import { TestRepository } from '../testing/TestRepository';
import { inspectMarks } from './inspectMarks';

describe('inspectMarks', () => {
  it('shows no note that stands beside a secret', async () => {
    const repository = new TestRepository();
    try {
      repository.commit({
        'a.ts': `// TODO ${'x'.repeat(80)} ${secretSamples['GitHub token']}\n`,
      });
      const result = await inspectMarks(await repository.context());
      expect(result.facts.oldest[0].text).toContain('not shown');
      expect(JSON.stringify(result)).not.toContain('ghp_');
    } finally {
      repository.remove();
    }
  });

  it('finds notes with their age, conflict markers and narrowed tests', async () => {
    const repository = new TestRepository();
    try {
      repository.commit(
        { 'a.ts': '// TODO: one\nconst autodone = 1; // not a ToDo\n' },
        { daysAgo: 400 },
      );
      repository.commit({
        'b.py': '# FIXME two\n',
        'c.txt': 'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n',
        'heading.md': 'Title\n=======\n',
        'd.test.ts': 'it.only("x", () => {});\n',
        'dist/gen.js': '// TODO generated\n',
      });
      const { facts, findings } = await inspectMarks(
        await repository.context(),
      );
      expect(facts.counts).toEqual({ TODO: 1, FIXME: 1 });
      expect(facts.oldest[0]).toMatchObject({
        path: 'a.ts',
        line: 1,
        date: '2025-05-11',
      });
      expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
        ['conflict-marker', 'high'],
        ['focused-test', 'medium'],
        ['marks', 'low'],
      ]);
      expect(findings[0].places.map(({ path, line }) => [path, line])).toEqual([
        ['c.txt', 2],
        ['c.txt', 6],
      ]);
    } finally {
      repository.remove();
    }
  });
});
