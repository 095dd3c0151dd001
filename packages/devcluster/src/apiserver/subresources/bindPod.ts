import type { KubernetesObject } from '../../store/KubernetesObject';
import { conflict } from '../errors/ApiError';
import { findStored } from '../handlers/getObject';
import { replaceObject } from '../handlers/replaceObject';
import { timestamp } from '../handlers/timestamp';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { created, type Reply } from '../http/Reply';
import type { RequestContext } from '../http/RequestContext';
import { groupResourceOf } from '../resources/ServedResource';

/** `POST` to a pod's `binding`: gives it its node. */
export async function bindPod(context: RequestContext): Promise<Reply> {
  const { request, resource, machinery } = context;
  const { value: binding } = parseJson(
    await readBody(request),
    request.headers['content-type'],
  );
  await replaceObject(
    context,
    () => findStored(context),
    live => {
      if (live.spec.nodeName) {
        throw conflict(
          groupResourceOf(resource),
          live.metadata.name,
          `pod ${live.metadata.name} is already assigned to node "${live.spec.nodeName}"`,
        );
      }
      return {
        object: bound(
          live,
          binding?.target?.name ?? '',
          timestamp(machinery.now()),
        ),
      };
    },
  );
  return created({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  });
}

function bound(
  pod: KubernetesObject,
  node: string,
  time: string,
): KubernetesObject {
  const others = (pod.status?.conditions ?? []).filter(
    ({ type }: { type: string }) => type !== 'PodScheduled',
  );
  return {
    ...pod,
    metadata: { ...pod.metadata },
    spec: { ...pod.spec, nodeName: node },
    status: {
      ...pod.status,
      conditions: [
        ...others,
        {
          lastProbeTime: null,
          lastTransitionTime: time,
          status: 'True',
          type: 'PodScheduled',
        },
      ],
    },
  };
}
