/** What Docker and containerd leave out when they print a name. */
const DEFAULT_PREFIXES = ['docker.io/library/', 'docker.io/'];

/** An image reference without tag, digest and the default registry: `docker.io/library/busybox:1@sha256:…` is `busybox`. */
export function imageNameOf(reference: string): string {
  let name = reference.split('@', 1)[0];
  // A colon after the last slash begins the tag; one before it is the registry's port.
  const colon = name.lastIndexOf(':');
  if (colon > name.lastIndexOf('/')) name = name.slice(0, colon);
  const prefix = DEFAULT_PREFIXES.find(each => name.startsWith(each));
  return prefix ? name.slice(prefix.length) : name;
}
