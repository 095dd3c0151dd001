/** A container image, taken apart. */
export interface ImageReference {
  /** Host of the registry. */
  readonly registry: string;
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
}

const hub = 'registry-1.docker.io';

/** Takes an image's name apart as Docker does: without a registry it is Docker Hub's, without a tag `latest`. */
export function parseImage(image: string): ImageReference | undefined {
  const match =
    /^(?<path>[^@]+?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(
      image,
    );
  const path = match?.groups?.path;
  if (!path || !/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/.test(path)) return undefined;
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  const hasRegistry =
    first.includes('.') || first.includes(':') || first === 'localhost';
  const onHub = slash < 0 ? `library/${path}` : path;
  const repository = hasRegistry ? path.slice(slash + 1) : onHub;
  const registry = !hasRegistry || first === 'docker.io' ? hub : first;
  if (!/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(repository)) return undefined;
  return {
    registry,
    repository,
    reference: match?.groups?.digest ?? match?.groups?.tag ?? 'latest',
  };
}
