import {
  resourceType,
  type Cache,
  type KubeClient,
  type KubernetesObject,
  type ResourceType,
} from '@greenroom/controller-runtime';
import { Agent, AgentTemplate, Task } from '@greenroom/kinds';
import type { AdmissionLookup } from './AdmissionLookup';

const agents = resourceType(Agent as ResourceType);
const templates = resourceType(AgentTemplate as ResourceType);
const tasks = resourceType<Task & KubernetesObject>(Task as ResourceType);
const TASKS_BY_AGENT = 'admission.agent';

/** {@link AdmissionLookup} in the operator's cache. */
export class CachedLookup implements AdmissionLookup {
  readonly #cache: Cache;
  readonly #client: KubeClient;

  constructor(options: { cache: Cache; client: KubeClient }) {
    this.#cache = options.cache;
    this.#client = options.client;
    this.#cache.informer(agents);
    this.#cache.informer(templates);
    this.#cache.informer(tasks, {
      indexes: {
        [TASKS_BY_AGENT]: task => [
          `${task.metadata.namespace}/${task.spec.agentRef?.name ?? ''}`,
        ],
      },
    });
  }

  hasTemplate(namespace: string, name: string): Promise<boolean> {
    return this.#has(templates, namespace, name);
  }

  hasAgent(namespace: string, name: string): Promise<boolean> {
    return this.#has(agents, namespace, name);
  }

  runningTasks(namespace: string, agent: string): string[] {
    return this.#cache
      .informer(tasks)
      .byIndex(TASKS_BY_AGENT, `${namespace}/${agent}`)
      .filter(
        ({ status }) =>
          status?.phase === 'Running' || status?.phase === 'Starting',
      )
      .map(({ metadata }) => metadata.name!);
  }

  async #has(
    type: ResourceType,
    namespace: string,
    name: string,
  ): Promise<boolean> {
    if (this.#cache.get(type, { namespace, name })) return true;
    // The cache may lag behind what was applied a moment ago.
    return (await this.#client.find(type, { namespace, name })) !== undefined;
  }
}
