import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { kubeConfigAccess } from '@greenroom/controller-runtime';
import { pino, type Logger } from 'pino';
import {
  bootstrapObjects,
  publishApiServer,
} from './bootstrap/bootstrapObjects';
import { ApiServer } from './apiserver/ApiServer';
import { createMachinery } from './apiserver/createMachinery';
import { loadSecrets } from './credentials/ClusterSecrets';
import { Controllers } from './controllers/Controllers';
import { kubeconfig } from './credentials/kubeconfig';
import type { Devcluster, DevclusterOptions } from './DevclusterOptions';
import { Kubelet } from './kubelet/Kubelet';
import { ObjectStore } from './store/ObjectStore';
import { SqliteStoreLog } from './store/SqliteStoreLog';
import type { StoreLog } from './store/StoreLog';

/** Starts a Kubernetes API server on loopback and, if asked, controllers and a kubelet; resolves when it answers. */
export async function startDevcluster(
  options: DevclusterOptions = {},
): Promise<Devcluster> {
  const { stateDir, port = 0 } = options;
  const log = options.log ?? pino({ level: 'silent' });
  if (stateDir) mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const storeLog = openLog(options);
  const secrets = await loadSecrets(stateDir);
  const now = () => Date.now();
  const store = new ObjectStore(storeLog, options.watchHistory);
  bootstrapObjects(store, secrets.serviceAddress, now());
  const machinery = createMachinery({ store, secrets, now });
  const api = new ApiServer({
    ...machinery,
    certificate: secrets.certificates.certificate,
    key: secrets.certificates.key,
    onError: (error, request) =>
      log.error({ err: error, request }, 'a request failed unexpectedly'),
  });
  const actualPort = await api.listen(port);
  publishApiServer(store, actualPort, now());
  const server = `https://127.0.0.1:${actualPort}`;
  const config = kubeconfig({
    server,
    ca: secrets.certificates.ca,
    token: secrets.adminToken,
  });
  const node = await startNode(options, config, api, log);
  return {
    kubeconfig: config,
    server,
    async stop() {
      await node.stop();
      machinery.stop();
      await api.close();
      store.close();
    },
  };
}

function openLog({ store, stateDir }: DevclusterOptions): StoreLog | undefined {
  const kind = store ?? (stateDir ? 'sqlite' : 'memory');
  if (kind === 'memory') return undefined;
  if (!stateDir)
    throw new Error('The store "sqlite" needs a stateDir to keep its file in.');
  return new SqliteStoreLog(path.join(stateDir, 'objects.sqlite'));
}

/** Controllers and kubelet, as clients of the server. */
async function startNode(
  { controllers, kubelet, stateDir }: DevclusterOptions,
  config: string,
  api: ApiServer,
  log: Logger,
): Promise<{ stop(): Promise<void> }> {
  const stops: (() => Promise<void>)[] = [];
  const needsFolder = controllers || kubelet;
  if (needsFolder && !stateDir) {
    throw new Error(
      'Controllers and kubelet need a stateDir for volumes and logs.',
    );
  }
  if (controllers) {
    const running = await Controllers.start({
      access: await kubeConfigAccess(config),
      volumesDir: path.join(stateDir!, 'volumes'),
      log,
    });
    stops.push(() => running.stop());
  }
  if (kubelet) {
    const running = await Kubelet.start({
      access: await kubeConfigAccess(config),
      stateDir: path.join(stateDir!, 'kubelet'),
      images: kubelet.images,
      environment: kubelet.environment,
      log,
    });
    api.registerNode(running.nodeProxy);
    stops.push(() => running.stop());
  }
  return {
    async stop() {
      for (const stop of stops.reverse()) await stop();
    },
  };
}
