import {
  CustomResourceDefinition,
  kubeConfigAccess,
  KubeClient,
  kubeConfigFileAccess,
  type ClusterAccess,
} from '@greenroom/controller-runtime';
// eslint-disable-next-line @backstage/no-undeclared-imports -- for tests alone
import { startDevcluster } from '@greenroom/devcluster';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { until } from './until';

/** A cluster to test against, with the definitions of all kinds and without a kubelet. */
export interface TestCluster {
  readonly access: ClusterAccess;
  stop(): Promise<void>;
}

/** Definitions of all kinds, as they are checked in. */
// eslint-disable-next-line no-restricted-syntax -- tests run from the source
const crds = path.resolve(__dirname, '../../../../crds');

/** The cluster that `KUBECONFIG` names, or a devcluster of the test's own. */
export async function testCluster(): Promise<TestCluster> {
  const { KUBECONFIG } = process.env;
  const cluster = KUBECONFIG
    ? { access: await kubeConfigFileAccess(KUBECONFIG), stop: async () => {} }
    : await ownCluster();
  await defineKinds(cluster.access);
  return cluster;
}

async function ownCluster(): Promise<TestCluster> {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'greenroom-operator-'));
  const devcluster = await startDevcluster({
    stateDir,
    store: 'memory',
    controllers: true,
  });
  return {
    access: await kubeConfigAccess(devcluster.kubeconfig),
    stop: async () => {
      await devcluster.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function defineKinds(access: ClusterAccess): Promise<void> {
  const client = new KubeClient(access, { fieldManager: 'test' });
  try {
    const files = (await readdir(crds)).filter(file => file.endsWith('.yaml'));
    const definitions = await Promise.all(
      files.map(
        async file =>
          parse(
            await readFile(path.join(crds, file), 'utf8'),
          ) as CustomResourceDefinition,
      ),
    );
    for (const definition of definitions)
      await client.apply(CustomResourceDefinition, definition as never);
    await until('all kinds are served', async () => {
      const { items } = await client.list(CustomResourceDefinition);
      return definitions.every(({ metadata }) =>
        items
          .find(item => item.metadata.name === metadata.name)
          ?.status?.conditions?.some(
            ({ type, status }) => type === 'Established' && status === 'True',
          ),
      );
    });
  } finally {
    client.close();
  }
}
