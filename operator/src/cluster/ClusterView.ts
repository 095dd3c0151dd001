import {
  resourceType,
  type Cache,
  type Informer,
  type KubernetesObject,
  type ResourceType,
} from '@greenroom/controller-runtime';
import * as kinds from '@greenroom/kinds';
import { isSpecChange } from './isSpecChange';
import type {
  Agent,
  AgentTemplate,
  GreenroomConfig,
  ResolvedAgent,
} from '@greenroom/kinds';

/** Names of the indexes by which objects are found. */
export const indexes = {
  /** Tasks, Sessions and Messages by `<namespace>/<agent>`. */
  byAgent: 'byAgent',
  /** Agents, Tasks and Sessions by `<namespace>/<template>`. */
  byTemplate: 'byTemplate',
  /** Tasks, Sessions and Messages by the id of their session. */
  bySessionId: 'bySessionId',
  /** Messages by `<namespace>/<session object>`. */
  bySessionObject: 'bySessionObject',
} as const;

/** An agent with everything merged in, or the sentence that says what is missing for that. */
export type Resolution =
  | { readonly resolved: ResolvedAgent }
  | {
      readonly missing: {
        readonly kind: 'Agent' | 'AgentTemplate';
        readonly name: string;
        readonly message: string;
      };
    };

/** All of Greenroom's objects as they are in the cache. */
export class ClusterView {
  readonly agents: Informer<kinds.Agent>;
  readonly templates: Informer<kinds.AgentTemplate>;
  readonly tasks: Informer<kinds.Task>;
  readonly sessions: Informer<kinds.Session>;
  readonly messages: Informer<kinds.Message>;
  readonly tools: Informer<kinds.Tool>;
  readonly models: Informer<kinds.Model>;
  readonly policies: Informer<kinds.Policy>;
  readonly approvals: Informer<kinds.Approval>;
  readonly notifications: Informer<kinds.Notification>;
  readonly chunks: Informer<kinds.MessageChunk>;
  readonly registries: Informer<kinds.Registry>;
  readonly configs: Informer<kinds.GreenroomConfig>;

  private readonly resolutions = new Map<string, Resolution>();

  constructor(cache: Cache) {
    const of = <T extends KubernetesObject>(type: ResourceType) =>
      cache.informer(resourceType<T>(type));
    this.agents = of<kinds.Agent>(kinds.Agent);
    this.templates = of<kinds.AgentTemplate>(kinds.AgentTemplate);
    this.tasks = of<kinds.Task>(kinds.Task);
    this.sessions = of<kinds.Session>(kinds.Session);
    this.messages = of<kinds.Message>(kinds.Message);
    this.tools = of<kinds.Tool>(kinds.Tool);
    this.models = of<kinds.Model>(kinds.Model);
    this.policies = of<kinds.Policy>(kinds.Policy);
    this.approvals = of<kinds.Approval>(kinds.Approval);
    this.notifications = of<kinds.Notification>(kinds.Notification);
    this.chunks = of<kinds.MessageChunk>(kinds.MessageChunk);
    this.registries = of<kinds.Registry>(kinds.Registry);
    this.configs = of<kinds.GreenroomConfig>(kinds.GreenroomConfig);
    this.addIndexes();
    this.agents.addHandler(event => {
      const { namespace, name } = event.object.metadata;
      if (isSpecChange(event)) this.resolutions.delete(`${namespace}/${name}`);
    });
    for (const informer of [
      this.templates,
      this.configs,
    ] as Informer<kinds.AgentTemplate>[]) {
      informer.addHandler(event => {
        if (isSpecChange(event)) this.resolutions.clear();
      });
    }
  }

  /** The cluster's settings, if there are any. */
  get config(): GreenroomConfig | undefined {
    return this.configs.get({ name: 'cluster' });
  }

  /** The Agent with this name, merged over its template and the cluster's defaults; the same object until one of them changes. */
  resolveAgent(namespace: string, name: string): Resolution {
    const agent = this.agents.get({ namespace, name });
    if (!agent) return missing('Agent', namespace, name);
    const key = `${namespace}/${name}`;
    const kept = this.resolutions.get(key);
    if (kept) return kept;
    const resolution = this.resolve(agent);
    this.resolutions.set(key, resolution);
    return resolution;
  }

  /** The template with this name, as it is when a Task or Session runs it directly. */
  resolveTemplate(namespace: string, name: string): Resolution {
    const template = this.templates.get({ namespace, name });
    if (!template) return missing('AgentTemplate', namespace, name);
    return { resolved: kinds.resolveAgent(template, undefined, this.config) };
  }

  resolve(agent: Agent): Resolution {
    const { namespace } = agent.metadata;
    const templateName = agent.spec.templateRef?.name;
    let template: AgentTemplate | undefined;
    if (templateName) {
      template = this.templates.get({ namespace, name: templateName });
      if (!template) return missing('AgentTemplate', namespace, templateName);
    }
    return { resolved: kinds.resolveAgent(agent, template, this.config) };
  }

  private addIndexes(): void {
    const scoped = (namespace: string, name?: string) =>
      name ? [`${namespace}/${name}`] : [];
    for (const informer of [
      this.tasks,
      this.sessions,
      this.messages,
    ] as const) {
      (informer as Informer<kinds.Task>).addIndex(
        indexes.byAgent,
        ({ metadata, spec }) => scoped(metadata.namespace, spec.agentRef?.name),
      );
    }
    for (const informer of [this.agents, this.tasks, this.sessions] as const) {
      (informer as Informer<kinds.Agent>).addIndex(
        indexes.byTemplate,
        ({ metadata, spec }) =>
          scoped(metadata.namespace, spec.templateRef?.name),
      );
    }
    for (const informer of [this.tasks, this.sessions] as const) {
      (informer as Informer<kinds.Task>).addIndex(
        indexes.bySessionId,
        ({ status }) => (status?.session?.id ? [status.session.id] : []),
      );
    }
    this.messages.addIndex(indexes.bySessionId, ({ status }) =>
      status?.sessionID ? [status.sessionID] : [],
    );
    this.messages.addIndex(indexes.bySessionObject, ({ metadata, spec }) =>
      scoped(metadata.namespace, spec.sessionRef?.name),
    );
  }
}

function missing(
  kind: 'Agent' | 'AgentTemplate',
  namespace: string,
  name: string,
): Resolution {
  return {
    missing: {
      kind,
      name,
      message: `${kind} "${name}" does not exist in namespace "${namespace}". Create it, or correct the name.`,
    },
  };
}
