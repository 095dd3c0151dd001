import { isDeepStrictEqual } from 'node:util';
import {
  ApiError,
  Endpoints,
  EndpointSlice,
  Pod,
  Service,
  type ObjectKey,
  type Reconciler,
} from '@greenroom/controller-runtime';
import { controllerReference } from '../pods/controllerOf';
import { matchesSelector } from '../pods/matchesSelector';
import { generatedName } from '../pods/podFromTemplate';
import type { ReconcilerParts } from '../ReconcilerParts';
import {
  endpointSubsets,
  sliceContents,
  type SliceContent,
} from './endpointSlices';

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
const MANAGED_BY = 'endpointslice-controller.k8s.io';

/** Keeps the EndpointSlices and the Endpoints of a Service that has a selector. */
export class EndpointsReconciler implements Reconciler {
  readonly #parts: ReconcilerParts;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  async reconcile(key: ObjectKey): Promise<void> {
    const { cache } = this.#parts;
    const service = cache.get(Service, key);
    const selector = service?.spec?.selector;
    // Without a selector somebody else keeps them; of a deleted Service owner references clean up.
    if (!service || !selector || service.metadata.deletionTimestamp) {
      if (!service) await this.#deleteEndpoints(key);
      return;
    }
    const pods = cache
      .list(Pod, key.namespace)
      .filter(({ metadata }) =>
        matchesSelector(metadata.labels, { matchLabels: selector }),
      );
    const contents = sliceContents(service, pods);
    await this.#keepSlices(service, contents);
    await this.#keepEndpoints(service, contents);
  }

  async #keepSlices(
    service: Service,
    contents: readonly SliceContent[],
  ): Promise<void> {
    const { client, cache } = this.#parts;
    const informer = cache.informer(EndpointSlice);
    const present = informer
      .list(service.metadata.namespace)
      .filter(
        ({ metadata }) =>
          metadata.labels?.[SERVICE_NAME_LABEL] === service.metadata.name &&
          metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY &&
          !metadata.deletionTimestamp,
      );
    // A Service without endpoints has one empty slice, as on a real cluster.
    const wanted = contents.length ? contents : [{ ports: [], endpoints: [] }];
    for (const [index, content] of wanted.entries()) {
      const slice = present[index];
      if (!slice) {
        informer.observe(
          await client.create(EndpointSlice, newSlice(service, content)),
        );
      } else if (!isSame(slice, content)) {
        informer.observe(
          await client.patch(
            EndpointSlice,
            { namespace: slice.metadata.namespace, name: slice.metadata.name! },
            'merge',
            { endpoints: content.endpoints, ports: content.ports },
          ),
        );
      }
    }
    for (const { metadata } of present.slice(wanted.length)) {
      const { namespace, name } = metadata;
      await client.delete(EndpointSlice, { namespace, name: name! });
    }
  }

  async #keepEndpoints(
    service: Service,
    contents: readonly SliceContent[],
  ): Promise<void> {
    const { client, cache } = this.#parts;
    const { namespace, name } = service.metadata;
    const key = { namespace, name: name! };
    const informer = cache.informer(Endpoints);
    const present = informer.get(key);
    const subsets = endpointSubsets(contents);
    if (!present) {
      const { labels } = service.metadata;
      informer.observe(
        await client.create(Endpoints, {
          metadata: { ...key, labels },
          subsets,
        }),
      );
    } else if (
      !isDeepStrictEqual(plain(present.subsets ?? []), plain(subsets))
    ) {
      informer.observe(
        await client.patch(Endpoints, key, 'merge', { subsets }),
      );
    }
  }

  /** Endpoints have no owner: they bear their Service's name. */
  async #deleteEndpoints(key: ObjectKey): Promise<void> {
    const { client, cache } = this.#parts;
    const present = cache.get(Endpoints, key);
    if (!present) return;
    try {
      await client.delete(Endpoints, key, {
        preconditions: { uid: present.metadata.uid },
      });
    } catch (error) {
      if (!ApiError.isConflict(error)) throw error;
    }
  }
}

function newSlice(service: Service, content: SliceContent): EndpointSlice {
  const { namespace, name, labels } = service.metadata;
  return {
    metadata: {
      namespace,
      name: generatedName(`${name}-`),
      labels: {
        ...labels,
        [SERVICE_NAME_LABEL]: name!,
        [MANAGED_BY_LABEL]: MANAGED_BY,
      },
      ownerReferences: [controllerReference(Service, service)],
    },
    addressType: 'IPv4',
    ...content,
  };
}

function isSame(slice: EndpointSlice, content: SliceContent): boolean {
  const { endpoints, ports } = slice;
  return isDeepStrictEqual(
    plain({ endpoints: endpoints ?? [], ports: ports ?? [] }),
    plain(content),
  );
}

/** As it is on the wire: without fields that are not set. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
