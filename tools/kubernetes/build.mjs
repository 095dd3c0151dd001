import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contentHash } from '../build/contentHash.mjs';

const here = import.meta.dirname;

/** The Kubernetes that is built, as tools/kubernetes/cluster/go.mod requires it. */
export const kubernetesVersion = readFileSync(
  path.join(here, 'cluster/go.mod'),
  'utf8',
).match(/k8s\.io\/kubernetes (v[\d.]+)/)[1];

const versionPackage = 'k8s.io/component-base/version';
const binaries = [
  { name: 'etcd', module: 'etcd', source: 'go.etcd.io/etcd/server/v3' },
  ...['kube-apiserver', 'kube-controller-manager', 'kubectl'].map(name => ({
    name,
    module: 'cluster',
    source: `k8s.io/kubernetes/cmd/${name}`,
    linkerFlags: `-X ${versionPackage}.gitVersion=${kubernetesVersion}`,
  })),
];

function goBuild({ name, module, source, linkerFlags = '' }, folder) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      'go',
      [
        'build',
        '-mod=mod',
        ...['-ldflags', `-s -w ${linkerFlags}`],
        ...['-o', path.join(folder, name)],
        source,
      ],
      {
        cwd: path.join(here, module),
        env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    child.on('error', reject);
    child.on('close', status =>
      status === 0
        ? resolve()
        : reject(new Error(`go build ${source} ended with status ${status}`)),
    );
  });
}

/** Whether a Go toolchain is there; without one the real API server cannot be built. */
export function hasGo() {
  return spawnSync('go', ['version']).status === 0;
}

/**
 * Builds etcd, API server, controller manager and kubectl into a folder, unless that was done from the same
 * go.mod files before. Cold this takes about six minutes on two cores.
 *
 * @returns the folder
 */
export async function buildKubernetes(home) {
  const folder = path.join(home, 'kubernetes', 'bin');
  const stamp = path.join(folder, '.sha256');
  const hash = contentHash(['tools/kubernetes/*/go.*']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return folder;
  mkdirSync(folder, { recursive: true });
  for (const binary of binaries) {
    const started = Date.now();
    await goBuild(binary, folder);
    process.stderr.write(
      `Built ${binary.name} in ${Math.round(
        (Date.now() - started) / 1000,
      )} s\n`,
    );
  }
  writeFileSync(stamp, hash);
  return folder;
}
