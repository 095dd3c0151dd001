/**
 * When to pull an image of a user: always if its tag may move (`latest`, or none), else only if the node has none.
 *
 * @remarks
 * Kubernetes' own default. Written out, because an object that leaves it to the server never equals what is read back.
 */
export function imagePullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}
