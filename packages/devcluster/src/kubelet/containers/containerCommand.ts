import { isAbsolute, join } from 'node:path';
import { expandVariables } from '../environment/expandVariables';
import { expandFromHost } from '../images/expandFromHost';
import type { LocalImage } from '../images/ImageCatalog';
import type { Container } from '../pods/podParts';
import type { ResolvedCommand } from './ResolvedCommand';

/** What a container's command is made from. */
export interface CommandSources {
  container: Container;
  image: LocalImage;
  /** The variables the container sets, expanded. */
  environment: ReadonlyMap<string, string>;
  /** Those of Services; the container's own go before them. */
  ambient: ReadonlyMap<string, string>;
  /** What the kubelet itself sets; goes before everything. */
  fixed: Record<string, string>;
  /** The program's own environment, from which images take theirs. */
  host: Record<string, string | undefined>;
  /** Gives text the paths and addresses that hold on the host. */
  rewrite: (text: string) => string;
  /** A folder of the container's own, in place of a root file system. */
  root: string;
}

/** An image without a command was used by a container that names none either. */
export class NoCommandError extends Error {
  readonly name = 'NoCommandError';
}

/** The process a container stands for. As with real images, `command` replaces the image's own and `args` follow it. */
export function containerCommand(sources: CommandSources): ResolvedCommand {
  const { container, image, environment, ambient, fixed, rewrite } = sources;
  const defined = new Map([...ambient, ...environment]);
  const fromSpec = (text: string) => rewrite(expandVariables(text, defined));
  const command = container.command?.length
    ? container.command.map(fromSpec)
    : image.command?.map(each => expandFromHost(each, sources.host));
  if (!command?.length) {
    throw new NoCommandError(
      `no command specified: neither container "${container.name}" nor the local image "${container.image}" names one`,
    );
  }
  const variables: Record<string, string> = {
    PATH: sources.host.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: join(sources.root, 'home'),
    TMPDIR: join(sources.root, 'tmp'),
  };
  for (const [name, value] of Object.entries(image.env ?? {})) {
    variables[name] = expandFromHost(value, sources.host);
  }
  for (const [name, value] of ambient) variables[name] = value;
  for (const [name, value] of environment) variables[name] = rewrite(value);
  return {
    argv: [...command, ...(container.args ?? []).map(fromSpec)],
    environment: { ...variables, ...fixed },
    workingDir: workingDirOf(sources),
  };
}

function workingDirOf({
  container,
  image,
  host,
  rewrite,
  root,
}: CommandSources): string {
  const wanted = container.workingDir;
  if (!wanted) {
    return image.workingDir ? expandFromHost(image.workingDir, host) : root;
  }
  const rewritten = rewrite(wanted);
  // A folder that is no mount is one of the image: it lies in the container's own folder.
  return rewritten !== wanted && isAbsolute(rewritten)
    ? rewritten
    : join(root, wanted);
}
