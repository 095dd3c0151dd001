/** What the names and addresses of a pod's own network stand for on the host. */
export interface AddressRewriting {
  /** The pod's own address, which takes the place of its loopback interface. */
  podIP: string;
  /** The cluster address of a Service, if there is such a Service. */
  clusterIP(service: { name: string; namespace: string }): string | undefined;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const LOOPBACK = '127\\.0\\.0\\.1|localhost';
/** A host stands alone: neither part of a longer name nor of a path or a longer number. */
const HOST = new RegExp(
  `(?<![\\w.-])(?:(${LOOPBACK})|(${LABEL})\\.(${LABEL})\\.svc(?:\\.cluster\\.local)?)(?![\\w-]|\\.\\w)`,
  'g',
);

/**
 * Gives text that was written for a pod with a network of its own the addresses that hold on the host: `127.0.0.1` and `localhost` become the
 * pod's address, `<service>.<namespace>.svc[.cluster.local]` the Service's. Names of Services that do not exist stay as they are.
 */
export function rewriteAddresses(
  text: string,
  rewriting: AddressRewriting,
): string {
  return text.replace(
    HOST,
    (host: string, loopback?: string, name?: string, namespace?: string) =>
      loopback
        ? rewriting.podIP
        : rewriting.clusterIP({ name: name!, namespace: namespace! }) ?? host,
  );
}
