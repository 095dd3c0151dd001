import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GreenroomHome } from '../home/GreenroomHome';

/** Where Greenroom's own images are published, without the tag. */
const REPOSITORY = 'ghcr.io/greenroom-dev';

/** What deploy/images/images.json says of an image. */
interface ImageSource {
  executable: string;
  /** The file it runs, from the repository's root. */
  bundle: string;
  /** What Node is started with, such as the bounds of its heap. */
  nodeOptions?: string[];
}

/** Images of others that an example names, and the host's program that stands in for each. */
const HOST_IMAGES = { python: ['python3'], busybox: ['sh'], debian: ['bash'] };

/**
 * Writes the file that tells devcluster which local program an image stands for, and the executables that those
 * images have on their PATH, as the Dockerfile in deploy/images lays them out.
 */
export function writeLocalImages(home: GreenroomHome) {
  mkdirSync(home.imageBin, { recursive: true });
  const env = {
    PATH: `${home.imageBin}:${path.dirname(process.execPath)}:$PATH`,
    NODE_COMPILE_CACHE: home.compileCache,
    // Copying Node into every pod costs 120 MB each; on one machine a link does.
    GREENROOM_INSTALL: 'link',
    // Every folder of the person's own machine may be inspected by their own agents; /clone is this one.
    GREENROOM_LOCAL_REPOSITORIES: `/clone=${home.root},/=/`,
  };
  const images: Record<string, { command: string[]; env: object }> = {};
  const sources: Record<string, ImageSource> = JSON.parse(
    readFileSync(path.join(home.root, 'deploy/images/images.json'), 'utf8'),
  );
  for (const [image, source] of Object.entries(sources)) {
    const file = path.join(home.imageBin, source.executable);
    const command = [
      process.execPath,
      ...(source.nodeOptions ?? []),
      path.join(home.root, source.bundle),
    ];
    const words = command.map(word => `'${word}'`).join(' ');
    writeFileSync(file, `#!/bin/sh\nexec ${words} "$@"\n`);
    chmodSync(file, 0o755);
    images[`${REPOSITORY}/${image}`] = { command: [file], env };
  }
  for (const [image, command] of Object.entries(HOST_IMAGES)) {
    images[image] = { command, env };
  }
  writeFileSync(home.imagesFile, JSON.stringify({ images }, undefined, 2));
}
