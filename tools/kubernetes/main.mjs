/** `node tools/kubernetes/main.mjs`: a real control plane for trying things; Ctrl-C ends it. */
import path from 'node:path';
import { root } from '../build/workspaces.mjs';
import { buildKubernetes } from './build.mjs';
import { ControlPlane } from './ControlPlane.mjs';

const home = process.env.GREENROOM_HOME ?? path.join(root, '.greenroom');
const plane = new ControlPlane(await buildKubernetes(home));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => plane.stop().then(() => process.exit(0)));
}
try {
  await plane.start();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  await plane.stop();
  process.exit(1);
}
process.stdout.write(`export KUBECONFIG=${plane.kubeconfig}\n`);
