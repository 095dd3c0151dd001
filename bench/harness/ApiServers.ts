import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { KubeClient, loadClusterAccess } from '@greenroom/controller-runtime';
import { endProgram } from './NodeProgram';
import type { BenchContext } from './Row';

/** An API server that a benchmark runs against. */
export interface ApiServer {
  client: KubeClient;
  stop(): Promise<void>;
}

/** devcluster's program with its objects in SQLite, as `greenroom up` runs it, without nodes or controllers. */
export async function startDevclusterServer({
  root,
  folder,
}: BenchContext): Promise<ApiServer> {
  const images = path.join(folder, 'images.json');
  const kubeconfig = path.join(folder, 'devcluster.kubeconfig');
  writeFileSync(images, '{"images":{}}');
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'packages/devcluster/dist/devcluster.mjs'),
      ...['--state', path.join(folder, 'devcluster'), '--images', images],
      ...['--kubeconfig', kubeconfig, '--store', 'sqlite'],
      ...['--no-kubelet', '--no-controllers'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const isReady = await new Promise(resolve => {
    child.once('exit', () => resolve(false));
    createInterface({ input: child.stdout }).on(
      'line',
      line => line.includes('"ready":true') && resolve(true),
    );
  });
  if (!isReady) throw new Error('devcluster ended before it was ready.');
  const client = await clientOf(kubeconfig);
  return {
    client,
    stop: async () => {
      client.close();
      await endProgram(child);
    },
  };
}

/** The real kube-apiserver on a real etcd that does not sync, which favours it. */
export async function startRealServer({
  root,
  home,
}: BenchContext): Promise<ApiServer> {
  const tools = path.join(root, 'tools/kubernetes');
  const { buildKubernetes } = await import(path.join(tools, 'build.mjs'));
  const { ControlPlane } = await import(path.join(tools, 'ControlPlane.mjs'));
  const controlPlane = new ControlPlane(await buildKubernetes(home));
  try {
    await controlPlane.start();
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
  const client = await clientOf(controlPlane.kubeconfig);
  return {
    client,
    stop: async () => {
      client.close();
      await controlPlane.stop();
    },
  };
}

/** Makes a server know a kind of Greenroom's, and waits until it does. */
export async function installKind(
  { client }: ApiServer,
  root: string,
  plural: string,
): Promise<void> {
  const name = `${plural}.greenroom.dev`;
  const resource = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await client.raw({
    method: 'POST',
    path: resource,
    body: readFileSync(path.join(root, 'crds', `${name}.yaml`), 'utf8'),
    contentType: 'application/yaml',
  });
  const served = `/apis/greenroom.dev/v1alpha1/${plural}`;
  const end = Date.now() + 20_000;
  for (;;) {
    const answer = await client
      .raw({ method: 'GET', path: served })
      .catch((error: Error) => error);
    if (typeof answer === 'string') return;
    if (Date.now() > end) throw answer;
  }
}

async function clientOf(kubeconfig: string): Promise<KubeClient> {
  return new KubeClient(await loadClusterAccess({}, { file: kubeconfig }), {
    fieldManager: 'bench',
  });
}
