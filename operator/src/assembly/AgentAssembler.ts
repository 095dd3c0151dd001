import {
  mergeContexts,
  planContexts,
  type ContextPlan,
} from '@greenroom/context-tools';
import { Service } from '@greenroom/controller-runtime';
import type { ContextItem, Model, ResolvedAgent, Tool } from '@greenroom/kinds';
import type { AgentSettings } from '@greenroom/protocol';
import type { ClusterView } from '../cluster/ClusterView';
import { isSpecChange } from '../cluster/isSpecChange';
import type { ConfigMapReader } from '../cluster/ConfigMapReader';
import type { OwnedObjects } from '../objects/OwnedObjects';
import type { AgentPodPlan, PodPurpose } from '../pods/AgentPodPlan';
import type { Platform } from '../pods/Platform';
import { toolObjectName } from '../pods/toolServer';
import {
  agentContextFile,
  agentSettings,
  inlineModel,
} from '../settings/agentSettings';
import { podSecrets } from './podSecrets';
import { resolveContexts } from './resolveContexts';

/** Something that keeps an agent from being made as its manifest says. */
export interface AssemblyProblem {
  readonly reason: 'ConfigMapNotFound' | 'ContextError';
  readonly message: string;
}

/** Everything that is made from a resolved agent. */
export interface Assembly {
  readonly agent: ResolvedAgent;
  readonly contexts: ContextPlan;
  readonly models: readonly Model[];
  /** Names of models that the agent, or a model's fallbacks, name and that do not exist. */
  readonly missingModels: readonly string[];
  readonly tools: readonly Tool[];
  readonly settings: AgentSettings;
  readonly problems: readonly AssemblyProblem[];
}

/** Puts together what an agent is made from: contexts with their contents, its goal, models, tools and policies. */
export class AgentAssembler {
  /** What was made of agents, until anything changes that they are made from. */
  private kept = new WeakMap<ResolvedAgent, Promise<Assembly>>();

  constructor(
    private readonly view: ClusterView,
    private readonly configMaps: ConfigMapReader,
    private readonly objects: OwnedObjects,
    private readonly platform: Platform,
  ) {
    const forget = () => {
      this.kept = new WeakMap();
    };
    view.models.addHandler(forget);
    view.tools.addHandler(forget);
    view.policies.addHandler(event => isSpecChange(event) && forget());
    view.configs.addHandler(event => isSpecChange(event) && forget());
    configMaps.informer.addHandler(forget);
    objects.informer(Service).addHandler(forget);
  }

  /**
   * @param run - for a pod of one Task: its own contexts, and its folder inside the workspace
   */
  assemble(
    agent: ResolvedAgent,
    run?: { contexts: readonly ContextItem[]; base: string },
  ): Promise<Assembly> {
    if (run) return this.make(agent, run);
    const { kept } = this;
    const known = kept.get(agent);
    if (known) return known;
    const made = this.make(agent);
    kept.set(agent, made);
    made.catch(() => kept.delete(agent));
    return made;
  }

  private async make(
    agent: ResolvedAgent,
    run?: { contexts: readonly ContextItem[]; base: string },
  ): Promise<Assembly> {
    const { namespace } = agent;
    const read = (name: string) => this.configMaps.read(namespace, name);
    const items = await resolveContexts(
      mergeContexts(agent.contexts, run?.contexts ?? []),
      read,
    );
    const contexts = planContexts(items, agent.workspaceDir, {
      skills: agent.skills,
      // The sidecar makes the task's context.md from this one, as it does in a live agent.
      ...(run ? { base: run.base, contextFile: agentContextFile } : {}),
    });
    const goal = await this.goal(agent);
    const { models, missingModels } = this.models(agent);
    const tools = agent.tools.flatMap(
      ({ ref }) => this.view.tools.get({ namespace, name: ref }) ?? [],
    );
    return {
      agent,
      contexts,
      models,
      missingModels,
      tools,
      settings: agentSettings({
        agent,
        goal: goal.text,
        models,
        tools,
        toolUrls: this.toolUrls(tools),
        policies: this.view.policies.list(namespace),
        config: this.view.config,
      }),
      problems: [
        ...goal.problems,
        ...contextProblems(contexts),
        ...localRepositories(agent, contexts),
      ],
    };
  }

  /** What the pod of an agent, or of one session of it, is made from. */
  podPlan(
    { agent, contexts, models, tools }: Assembly,
    name: string,
    purpose: PodPurpose,
  ): AgentPodPlan {
    return {
      name,
      agent,
      platform: this.platform,
      contexts,
      secrets: podSecrets(agent, models, tools),
      models: agent.model?.provider
        ? [inlineModel]
        : models.map(({ metadata }) => metadata.name),
      purpose,
    };
  }

  private async goal({
    goal,
    namespace,
  }: ResolvedAgent): Promise<{ text?: string; problems: AssemblyProblem[] }> {
    if (goal?.inline !== undefined) return { text: goal.inline, problems: [] };
    const ref = goal?.configMapKeyRef;
    if (!ref) return { problems: [] };
    const text = (await this.configMaps.read(namespace, ref.name))?.data?.[
      ref.key
    ];
    if (text !== undefined) return { text, problems: [] };
    return {
      problems: [
        {
          reason: 'ConfigMapNotFound',
          message: `The goal is key "${ref.key}" of ConfigMap "${ref.name}", which does not exist in namespace "${namespace}". Create it, or correct goal.configMapKeyRef.`,
        },
      ],
    };
  }

  private models({ model, namespace }: ResolvedAgent): {
    models: Model[];
    missingModels: string[];
  } {
    const models: Model[] = [];
    const missingModels: string[] = [];
    const wanted = model?.ref ? [model.ref] : [];
    for (let name = wanted.shift(); name !== undefined; name = wanted.shift()) {
      if (models.some(({ metadata }) => metadata.name === name)) continue;
      const found = this.view.models.get({ namespace, name });
      if (found) {
        models.push(found);
        wanted.push(...(found.spec.fallbacks ?? []));
      } else if (!missingModels.includes(name)) {
        missingModels.push(name);
      }
    }
    return { models, missingModels };
  }

  /** By cluster IP: sidecars reach a tool server without asking the cluster's DNS for each connection. */
  private toolUrls(tools: readonly Tool[]): Map<string, string> {
    const urls = new Map<string, string>();
    for (const { metadata, spec } of tools) {
      if (!spec.server) continue;
      const service = this.objects.get(Service, {
        namespace: metadata.namespace,
        name: toolObjectName(metadata.name),
      });
      const address = service?.spec?.clusterIP;
      if (!address || address === 'None') continue;
      const host = address.includes(':') ? `[${address}]` : address;
      urls.set(
        metadata.name,
        `http://${host}:${spec.server.port}${spec.server.path}`,
      );
    }
    return urls;
  }
}

function contextProblems({ conflicts }: ContextPlan): AssemblyProblem[] {
  return conflicts.map(({ reason, message }) => ({
    reason: reason === 'MissingContent' ? 'ConfigMapNotFound' : 'ContextError',
    message,
  }));
}

function localRepositories(
  { allowLocalRepositories }: ResolvedAgent,
  { checkouts }: ContextPlan,
): AssemblyProblem[] {
  if (allowLocalRepositories) return [];
  return checkouts
    .filter(({ repository }) => repository.startsWith('file:'))
    .map(({ context, repository }) => ({
      reason: 'ContextError',
      message: `Context "${context}" names the local repository "${repository}", which this cluster does not allow. Use https or ssh, or set allowLocalRepositories in GreenroomConfig "cluster".`,
    }));
}
