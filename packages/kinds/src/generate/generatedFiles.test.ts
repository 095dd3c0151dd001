import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allKinds } from '../allKinds';
import { generatedFiles } from './generatedFiles';

const packageDir = join(__dirname, '../..');
const root = join(packageDir, '../..');

function examples(): Map<string, string> {
  return new Map(
    allKinds.map(({ singular }) => [
      singular,
      readFileSync(join(packageDir, 'examples', `${singular}.yaml`), 'utf8'),
    ]),
  );
}

describe('generatedFiles', () => {
  it('is what the repository holds', () => {
    for (const [path, content] of generatedFiles(examples())) {
      expect({
        path,
        upToDate: readFileSync(join(root, path), 'utf8') === content,
      }).toEqual({
        path,
        upToDate: true,
      });
    }
  });

  it('is what the command finds as well', () => {
    const check = () =>
      execFileSync(
        process.execPath,
        [join(packageDir, 'scripts/generate.mjs'), '--check'],
        { stdio: 'pipe' },
      );
    expect(check).not.toThrow();
  });

  it('makes a CRD for each kind, the reference and the troubleshooting', () => {
    const paths = [...generatedFiles(new Map()).keys()];
    expect(paths).toHaveLength(18);
    expect(paths).toContain('crds/tasks.greenroom.dev.yaml');
    expect(paths).toContain('docs/reference/kinds.md');
  });
});
