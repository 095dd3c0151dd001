import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GreenroomHome } from '../home/GreenroomHome';

/** Where Greenroom's own images are published, without the tag. */
const REPOSITORY = 'ghcr.io/greenroom-dev';

/** Image → the executable that is its entry point → the bundle that executable runs. */
const IMAGES = {
  operator: ['greenroom-operator', 'operator/dist/operator.mjs'],
  sidecar: ['greenroom-sidecar', 'packages/sidecar/dist/sidecar.mjs'],
  'context-tools': [
    'greenroom-context-tools',
    'packages/context-tools/dist/context-tools.mjs',
  ],
  'runtime-greenroom': [
    'greenroom-runtime',
    'packages/runtime-greenroom/dist/runtime-greenroom.mjs',
  ],
  'repo-doctor': ['repo-doctor', 'packages/repo-doctor/dist/repo-doctor.mjs'],
} as const;

/** Images of others that an example names, and the host's program that stands in for each. */
const HOST_IMAGES = { python: ['python3'], busybox: ['sh'], debian: ['bash'] };

/**
 * Writes the file that tells devcluster which local program an image stands for, and the executables that those
 * images have on their PATH, as the Dockerfiles in deploy/images lay them out.
 */
export function writeLocalImages(home: GreenroomHome) {
  mkdirSync(home.imageBin, { recursive: true });
  const env = {
    PATH: `${home.imageBin}:${path.dirname(process.execPath)}:$PATH`,
    NODE_COMPILE_CACHE: home.compileCache,
    // Copying Node into every pod costs 120 MB each; on one machine a link does.
    GREENROOM_INSTALL: 'link',
    GREENROOM_LOCAL_REPOSITORIES: `/clone=${home.root}`,
  };
  const images: Record<string, { command: string[]; env: object }> = {};
  for (const [image, [executable, bundle]] of Object.entries(IMAGES)) {
    const file = path.join(home.imageBin, executable);
    writeFileSync(
      file,
      `#!/bin/sh\nexec '${process.execPath}' '${path.join(
        home.root,
        bundle,
      )}' "$@"\n`,
    );
    chmodSync(file, 0o755);
    images[`${REPOSITORY}/${image}`] = { command: [file], env };
  }
  for (const [image, command] of Object.entries(HOST_IMAGES)) {
    images[image] = { command, env };
  }
  writeFileSync(home.imagesFile, JSON.stringify({ images }, undefined, 2));
}
