import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 120_000;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

/**
 * A real etcd, kube-apiserver and kube-controller-manager on free loopback ports, from an empty store. There is no
 * node: pods stay Pending. Users come from a token file, because nothing here needs client certificates.
 */
export class ControlPlane {
  #children = [];

  /** @param bin folder with the binaries of {@link buildKubernetes} */
  constructor(bin) {
    this.bin = bin;
    this.folder = mkdtempSync(path.join(tmpdir(), 'greenroom-kubernetes-'));
    this.kubeconfig = path.join(this.folder, 'kubeconfig');
  }

  #file(name) {
    return path.join(this.folder, name);
  }

  #start(name, args) {
    const log = openSync(this.#file(`${name}.log`), 'w');
    const child = spawn(path.join(this.bin, name), args, {
      stdio: ['ignore', log, log],
    });
    child.name = name;
    this.#children.push(child);
    return child;
  }

  async #until(what, child, isTrue) {
    const end = Date.now() + START_TIMEOUT_MS;
    while (!(await isTrue().catch(() => false))) {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (hasEnded || Date.now() > end) {
        const log = readFileSync(this.#file(`${child.name}.log`), 'utf8');
        throw new Error(
          `${what}: ${child.name} ${
            hasEnded ? 'ended' : 'was not ready in time'
          }\n${log.split('\n').slice(-8).join('\n')}`,
        );
      }
      await sleep(50);
    }
  }

  #writeKubeconfig(file, server, ca, token) {
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'kubernetes',
        clusters: [
          {
            name: 'kubernetes',
            cluster: {
              server,
              'certificate-authority-data': Buffer.from(ca).toString('base64'),
            },
          },
        ],
        users: [{ name: 'user', user: { token } }],
        contexts: [
          {
            name: 'kubernetes',
            context: { cluster: 'kubernetes', user: 'user' },
          },
        ],
      }),
      { mode: 0o600 },
    );
  }

  async start() {
    const [etcdPort, peerPort, port] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    const etcd = this.#start('etcd', [
      ...['--data-dir', this.#file('etcd')],
      // Tests start from nothing and keep nothing.
      '--unsafe-no-fsync',
      ...['--log-level', 'warn'],
      ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
      ...['--listen-peer-urls', peerUrl],
      ...['--initial-advertise-peer-urls', peerUrl],
      ...['--initial-cluster', `default=${peerUrl}`],
    ]);
    await this.#until(
      'etcd',
      etcd,
      async () => (await fetch(`${etcdUrl}/health`)).ok,
    );

    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(
      this.#file('sa.key'),
      privateKey.export({ type: 'pkcs8', format: 'pem' }),
      { mode: 0o600 },
    );
    const adminToken = randomBytes(24).toString('hex');
    const controllerToken = randomBytes(24).toString('hex');
    writeFileSync(
      this.#file('tokens.csv'),
      `${adminToken},admin,admin,"system:masters"\n${controllerToken},system:kube-controller-manager,controller-manager,"system:masters"\n`,
      { mode: 0o600 },
    );
    const apiserver = this.#start('kube-apiserver', [
      ...['--etcd-servers', etcdUrl],
      ...['--bind-address', '127.0.0.1', '--secure-port', String(port)],
      // The default reconciler refuses a loopback address as endpoint of the kubernetes Service.
      ...['--endpoint-reconciler-type', 'none'],
      ...['--cert-dir', this.#file('certificates')],
      ...['--token-auth-file', this.#file('tokens.csv')],
      ...['--authorization-mode', 'RBAC'],
      ...['--service-cluster-ip-range', '10.96.0.0/16'],
      ...['--service-account-issuer', 'https://kubernetes.default.svc'],
      ...['--service-account-key-file', this.#file('sa.key')],
      ...['--service-account-signing-key-file', this.#file('sa.key')],
      '--allow-privileged',
    ]);
    const server = `https://127.0.0.1:${port}`;
    const certificate = this.#file('certificates/apiserver.crt');
    await this.#until('certificate', apiserver, async () =>
      existsSync(certificate),
    );
    const ca = readFileSync(certificate, 'utf8');
    this.#writeKubeconfig(this.kubeconfig, server, ca, adminToken);
    const controllerKubeconfig = this.#file('controller-manager.kubeconfig');
    this.#writeKubeconfig(controllerKubeconfig, server, ca, controllerToken);
    await this.#until('kube-apiserver', apiserver, () =>
      this.#kubectl('get', '--raw', '/readyz'),
    );

    writeFileSync(this.#file('ca.crt'), ca);
    const manager = this.#start('kube-controller-manager', [
      ...['--kubeconfig', controllerKubeconfig],
      '--leader-elect=false',
      ...['--secure-port', '0'],
      // The default of 20 requests a second delays the default service account by seconds.
      ...['--kube-api-qps', '500', '--kube-api-burst', '500'],
      '--use-service-account-credentials',
      ...['--service-account-private-key-file', this.#file('sa.key')],
      ...['--root-ca-file', this.#file('ca.crt')],
    ]);
    await this.#until('default service account', manager, () =>
      this.#kubectl(
        'get',
        'serviceaccount/default',
        'configmap/kube-root-ca.crt',
      ),
    );
    return this;
  }

  #kubectl(...args) {
    return new Promise((resolve, reject) => {
      spawn(
        path.join(this.bin, 'kubectl'),
        ['--kubeconfig', this.kubeconfig, ...args],
        { stdio: 'ignore' },
      )
        .on('error', reject)
        .on('close', status => resolve(status === 0));
    });
  }

  async stop() {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise(resolve => child.once('close', resolve));
      child.kill('SIGTERM');
      // An API server waits long for its watchers.
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
