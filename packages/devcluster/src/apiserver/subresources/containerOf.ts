import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { badRequest } from '../errors/ApiError';
import type { ContainerRef } from '../NodeProxy';

/** The container of a pod that a request means. @throws ApiError 400 if that is not clear or there is none */
export function containerOf(
  { metadata, spec }: KubernetesObject,
  asked: string | null,
): ContainerRef {
  const names = (list: Json[] | undefined): string[] =>
    (list ?? []).map(each => each.name);
  const main = names(spec.containers);
  const init = names(spec.initContainers);
  const container = asked || defaultContainer(metadata.name, main, init);
  if (
    ![...main, ...init, ...names(spec.ephemeralContainers)].includes(container)
  ) {
    throw badRequest(
      `container ${container} is not valid for pod ${metadata.name}`,
    );
  }
  return {
    namespace: metadata.namespace!,
    pod: metadata.name,
    uid: metadata.uid,
    container,
  };
}

function defaultContainer(pod: string, main: string[], init: string[]): string {
  if (main.length === 1) return main[0];
  const others = init.length
    ? ` or one of the init containers: [${init.join(' ')}]`
    : '';
  throw badRequest(
    `a container name must be specified for pod ${pod}, choose one of: [${main.join(
      ' ',
    )}]${others}`,
  );
}
