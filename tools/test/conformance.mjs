import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../build/workspaces.mjs';
import { bundle } from '../build/bundle.mjs';
import { buildKubernetes, hasGo } from '../kubernetes/build.mjs';
import { ControlPlane } from '../kubernetes/ControlPlane.mjs';
import { runJest } from './jest.mjs';

const home = process.env.GREENROOM_HOME;

async function withDevcluster(use) {
  await bundle(['devcluster']);
  const folder = mkdtempSync(path.join(tmpdir(), 'greenroom-conformance-'));
  const images = path.join(folder, 'images.json');
  writeFileSync(
    images,
    JSON.stringify({
      images: {
        'localhost/busybox': { command: ['sh'], env: { PATH: '$PATH' } },
      },
    }),
  );
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'packages/devcluster/dist/devcluster.mjs'),
      ...['--state', path.join(folder, 'state'), '--images', images],
      ...['--kubeconfig', path.join(folder, 'kubeconfig')],
      ...['--store', 'memory'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise(resolve => child.once('close', resolve));
  try {
    await Promise.race([
      new Promise(resolve =>
        createInterface({ input: child.stdout }).on('line', line => {
          if (line.includes('"ready":true')) resolve();
        }),
      ),
      ended.then(() => {
        throw new Error('devcluster ended before it was ready');
      }),
    ]);
    return await use(path.join(folder, 'kubeconfig'));
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withKubernetes(use) {
  if (!hasGo()) {
    const cause =
      'There is no Go toolchain, so the real kube-apiserver was not built and nothing was checked against it. Install Go 1.26 or later.';
    // On a developer's machine that is a gap to know about; in CI the part should have run.
    return process.env.CI
      ? { passed: 0, failed: 1, skipped: 0, cause }
      : { passed: 0, failed: 0, skipped: 1, cause };
  }
  const bin = await buildKubernetes(home);
  const plane = new ControlPlane(bin);
  try {
    await plane.start();
    return await use(plane.kubeconfig, path.join(bin, 'kubectl'));
  } finally {
    await plane.stop();
  }
}

/** Holds the CRDs to their tables of valid and invalid objects, on the API server of a kubeconfig. */
async function checkKinds({ run, kubeconfig }) {
  const status = await run(
    process.execPath,
    [path.join(root, 'packages/kinds/scripts/check-api-server.mjs')],
    { env: { KUBECONFIG: kubeconfig } },
  );
  return status === 0
    ? { passed: 1, failed: 0, skipped: 0 }
    : { passed: 0, failed: 1, skipped: 0, cause: 'see the differences above' };
}

const sum = results => ({
  passed: results.reduce((total, { passed }) => total + passed, 0),
  failed: results.reduce((total, { failed }) => total + failed, 0),
  skipped: results.reduce((total, { skipped }) => total + skipped, 0),
  cause: results.find(({ cause }) => cause)?.cause,
});

/** Everything that is checked against an API server, whichever it is. */
async function checkServer({ run, name, kubeconfig, kubectl, hasNode }) {
  return sum([
    await runJest({
      run,
      name,
      cwd: path.join(root, 'packages/devcluster'),
      args: ['--rootDir=conformance', '--testTimeout=30000'],
      env: {
        KUBECONFIG: kubeconfig,
        ...(kubectl && { KUBECTL: kubectl }),
        ...(hasNode && { CONFORMANCE_NODE: 'true' }),
      },
    }),
    await checkKinds({ run, kubeconfig }),
  ]);
}

/** The same behaviours on devcluster and on a real API server with its controller manager. */
export const conformanceParts = [
  {
    name: 'conformance',
    run: ({ run }) =>
      withDevcluster(kubeconfig =>
        checkServer({ run, name: 'conformance', kubeconfig, hasNode: true }),
      ),
  },
  {
    name: 'kubernetes',
    run: ({ run }) =>
      withKubernetes(async (kubeconfig, kubectl) =>
        sum([
          await checkServer({ run, name: 'kubernetes', kubeconfig, kubectl }),
          // On devcluster the same suite runs among the unit tests, which start one themselves.
          await runJest({
            run,
            name: 'operator-on-kubernetes',
            cwd: path.join(root, 'operator'),
            args: ['--runInBand', 'integration'],
            env: { KUBECONFIG: kubeconfig },
          }),
        ]),
      ),
  },
];
