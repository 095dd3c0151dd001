import path from 'node:path';
import { root } from '../build/workspaces.mjs';
import { conformanceParts } from './conformance.mjs';
import { runJest } from './jest.mjs';

const yarn = path.join(root, '.yarn/releases/yarn-4.13.0.cjs');

/** A part that is one check: it passes or fails as a whole. */
const check = (name, command, args) => ({
  name,
  async run({ run }) {
    const status = await run(command, args);
    return status === 0
      ? { passed: 1, failed: 0, skipped: 0 }
      : { passed: 0, failed: 1, skipped: 0, cause: `exit ${status}` };
  },
});
const yarnCheck = (name, ...args) =>
  check(name, process.execPath, [yarn, ...args]);

/** In the order in which a mistake is cheapest to find. */
export const parts = [
  yarnCheck('format', 'prettier:check'),
  yarnCheck('types', 'tsc', '--incremental', 'false'),
  yarnCheck('lint', 'lint:all'),
  yarnCheck('dependencies', 'lint:dependencies'),
  yarnCheck(
    'generated',
    'workspace',
    '@greenroom/kinds',
    'generate',
    '--check',
  ),
  check('bundles', process.execPath, [
    path.join(root, 'tools/build/bundle.mjs'),
  ]),
  {
    name: 'unit',
    run: ({ run }) => runJest({ run, name: 'unit', args: [] }),
  },
  ...conformanceParts,
  {
    name: 'end-to-end',
    run: ({ run }) =>
      runJest({
        run,
        name: 'end-to-end',
        cwd: path.join(root, 'e2e'),
        // One cluster at a time: what is measured here are waits, on two cores.
        args: ['--runInBand'],
      }),
  },
];
