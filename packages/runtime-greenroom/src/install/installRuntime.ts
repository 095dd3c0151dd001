import {
  chmod,
  copyFile,
  mkdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What goes into the tools folder, and how. */
export interface InstallOptions {
  dir: string;
  /** Absolute path of the bundled runtime. */
  bundle: string;
  /** Absolute path of the node executable. */
  node: string;
  /** Copies make the folder work in any image; links are for processes on one machine. */
  how: 'copy' | 'link';
}

/** Starts the runtime from wherever the folder is mounted, with the node beside it. */
const START_SCRIPT = `#!/bin/sh
# Requests that leave the pod take the sidecar's proxy, which the environment names; those to the sidecar itself do not.
export NODE_USE_ENV_PROXY=1
export NO_PROXY="\${NO_PROXY:+$NO_PROXY,}127.0.0.1,localhost\${POD_IP:+,$POD_IP}"
dir=$(dirname "$0")
exec "$dir/node" "$dir/runtime-greenroom.mjs" "$@"
`;

/** Puts node, the bundle and a start script `greenroom-runtime` into a folder, so that any glibc image can run them. */
export async function installRuntime(options: InstallOptions): Promise<void> {
  await mkdir(options.dir, { recursive: true });
  const place = options.how === 'copy' ? copyFile : symlink;
  await put(options.dir, 'node', path => place(options.node, path));
  await put(options.dir, 'runtime-greenroom.mjs', path =>
    place(options.bundle, path),
  );
  await put(options.dir, 'greenroom-runtime', async path => {
    await writeFile(path, START_SCRIPT);
    await chmod(path, 0o755);
  });
}

/** Replaces a file in one step: an init container that runs again must not disturb a runtime that runs. */
async function put(
  dir: string,
  name: string,
  write: (path: string) => Promise<void>,
): Promise<void> {
  const path = join(dir, name);
  const staged = join(dir, `.${basename(path)}.new`);
  await rm(staged, { force: true });
  await write(staged);
  await rename(staged, path);
}
