import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../build/workspaces.mjs';

const yarn = path.join(root, '.yarn/releases/yarn-4.13.0.cjs');

/**
 * Runs jest through Backstage's CLI and reads its own JSON report, so that the sum never rests on scraped text.
 * A run that left no report, or that ran nothing, has failed whatever it exited with.
 */
export async function runJest({ run, name, args, env, cwd }) {
  const report = path.join(
    process.env.GREENROOM_HOME,
    'logs',
    'test',
    `${name}.json`,
  );
  rmSync(report, { force: true });
  const status = await run(
    process.execPath,
    [
      yarn,
      ...(cwd ? ['--cwd', cwd] : []),
      'backstage-cli',
      cwd ? 'package' : 'repo',
      'test',
      '--no-watch',
      // Speed is for benchmarks to judge; a test on a busy machine may take its time.
      ...(args.some(arg => arg.startsWith('--testTimeout'))
        ? []
        : ['--testTimeout=60000']),
      '--json',
      `--outputFile=${report}`,
      ...args,
    ],
    { env },
  );
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      cause: `jest left no report (exit ${status})`,
    };
  }
  const brokenSuites = result.testResults.filter(
    suite => suite.status === 'failed' && !suite.assertionResults.length,
  ).length;
  const ranNothing = result.numTotalTests === 0;
  return {
    passed: result.numPassedTests,
    failed:
      result.numFailedTests +
      brokenSuites +
      (ranNothing || (status !== 0 && !result.numFailedTests && !brokenSuites)
        ? 1
        : 0),
    skipped: result.numPendingTests + result.numTodoTests,
    cause: ranNothing ? 'no test was found' : undefined,
  };
}
