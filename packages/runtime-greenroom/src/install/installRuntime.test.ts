import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installRuntime } from './installRuntime';

describe('installRuntime', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'greenroom-install-'));
    writeFileSync(
      join(folder, 'bundle.mjs'),
      'console.log(process.argv.slice(2).join(), process.env.NO_PROXY);',
    );
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['copy', 'link'] as const)(
    'makes a folder that starts the runtime (%s), also when it runs twice',
    async how => {
      const dir = join(folder, 'tools');
      const options = {
        dir,
        bundle: join(folder, 'bundle.mjs'),
        node: process.execPath,
        how,
      };
      await installRuntime(options);
      await installRuntime(options);
      expect(lstatSync(join(dir, 'node')).isSymbolicLink()).toBe(
        how === 'link',
      );
      const said = execFileSync(join(dir, 'greenroom-runtime'), ['a', 'b'], {
        env: { PATH: '/usr/bin:/bin', POD_IP: '10.0.0.7', NO_PROXY: '.svc' },
        encoding: 'utf8',
      });
      expect(said).toBe('a,b .svc,127.0.0.1,localhost,10.0.0.7\n');
    },
  );
});
