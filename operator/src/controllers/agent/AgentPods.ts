import { Pod, type Informer } from '@greenroom/controller-runtime';
import { labels } from '@greenroom/kinds';
import type { SidecarLink, SidecarLinks } from '../../ingest/SidecarLink';
import type { OwnedObjects } from '../../objects/OwnedObjects';
import { readPod } from '../../podState/readPod';
import type { AgentPod } from './decideAgent';

const byInstance = 'byInstance';

/** Sidecars come back within seconds; until then an agent that was ready is not said to have failed. */
const reconnectGraceMs = 10_000;

/** The pods of agents and of single sessions, and the sidecars in them. */
export class AgentPods {
  readonly informer: Informer<Pod>;
  /** Since when sidecars are expected back, by agent; all of them since the start. */
  private readonly awaitedSince = new Map<string, number>();
  private readonly startedAt: number;

  constructor(
    objects: OwnedObjects,
    private readonly links: SidecarLinks,
    private readonly now: () => number = Date.now,
  ) {
    this.startedAt = now();
    links.on('disconnected', ({ pod }) =>
      this.awaitedSince.set(`${pod.namespace}/${pod.agent}`, now()),
    );
    this.informer = objects.informer(Pod);
    this.informer.addIndex(byInstance, pod => {
      const instance = pod.metadata.labels?.[labels.instance];
      const component = pod.metadata.labels?.[labels.component];
      return instance && component
        ? [`${pod.metadata.namespace}/${component}/${instance}`]
        : [];
    });
  }

  /** The pod of a live agent, the newest first if a rollout has two; one that is ending counts last. */
  ofAgent(namespace: string, agent: string): Pod | undefined {
    return newest(
      this.informer.byIndex(byInstance, `${namespace}/agent/${agent}`),
    );
  }

  /** The pod of a Job. */
  ofJob(
    namespace: string,
    component: 'task' | 'session',
    job: string,
  ): Pod | undefined {
    return newest(
      this.informer.byIndex(byInstance, `${namespace}/${component}/${job}`),
    );
  }

  byName(namespace: string, name: string): Pod | undefined {
    return this.informer.get({ namespace, name });
  }

  /** The link to a live agent's sidecar, if its pod is still there. */
  link(namespace: string, agent: string): SidecarLink | undefined {
    return this.links.byAgent({ namespace, name: agent });
  }

  /**
   * Until when a sidecar that is not connected may just be on its way back, in milliseconds since 1970: the operator restarted,
   * or the connection broke. Undefined once it has been away for too long.
   */
  reconnectingUntil(namespace: string, agent: string): number | undefined {
    const since =
      this.awaitedSince.get(`${namespace}/${agent}`) ?? this.startedAt;
    const until = since + reconnectGraceMs;
    return until > this.now() ? until : undefined;
  }

  /** How far a live agent's pod has come. */
  state(namespace: string, agent: string): AgentPod {
    const link = this.link(namespace, agent);
    const pod = this.ofAgent(namespace, agent);
    if (
      link &&
      (!pod || pod.metadata.uid === link.pod.uid) &&
      !pod?.metadata.deletionTimestamp
    ) {
      const { state: runtime, message } = link.runtime;
      return { state: 'Connected', runtime, ...(message ? { message } : {}) };
    }
    if (!pod) return { state: 'None' };
    const state = readPod(pod);
    switch (state.state) {
      case 'running':
        return {
          state: 'Unreachable',
          ...(state.trouble ? { trouble: state.trouble } : {}),
        };
      case 'pending':
        return {
          state: 'Starting',
          ...(state.trouble ? { trouble: state.trouble } : {}),
        };
      case 'failed':
        return { state: 'Starting', trouble: state.trouble };
      default:
        return { state: 'None' };
    }
  }
}

function newest(pods: Pod[]): Pod | undefined {
  const rank = ({ metadata }: Pod) =>
    `${metadata.deletionTimestamp ? 0 : 1}${metadata.creationTimestamp ?? ''}${
      metadata.name ?? ''
    }`;
  return pods.reduce<Pod | undefined>(
    (best, pod) => (best && rank(best) >= rank(pod) ? best : pod),
    undefined,
  );
}
