import { skillsFolder } from '@greenroom/context-tools';
import {
  parseDuration,
  type GreenroomConfig,
  type Model,
  type Policy,
  type ResolvedAgent,
  type Tool,
} from '@greenroom/kinds';
import {
  formatUsd,
  type AgentSettings,
  type ModelSettings,
  type ToolSettings,
} from '@greenroom/protocol';
import { modelFolder, toolFolder } from '../assembly/podSecrets';
import { isAdded } from '../controllers/tool/decideTool';
import { digestOf } from '../objects/digestOf';
import { effectivePolicies } from './effectivePolicies';

/** Everything that decides what a sidecar is told. */
export interface SettingsInputs {
  readonly agent: ResolvedAgent;
  /** The text of the agent's goal, wherever it is kept. */
  readonly goal?: string;
  /** The agent's model first, then its fallbacks. */
  readonly models: readonly Model[];
  readonly tools: readonly Tool[];
  /** Where the operator's own tool servers are reached, by name of the Tool. */
  readonly toolUrls: ReadonlyMap<string, string>;
  /** All Policies of the namespace. */
  readonly policies: readonly Policy[];
  readonly config: GreenroomConfig | undefined;
}

/** The agent's own `context.md`, relative to the workspace; there is none while no context goes into it. */
export const agentContextFile = '.greenroom/context.md';

/** Name under which a model is offered that the agent describes itself. */
export const inlineModel = 'default';

/** What a sidecar must know about its agent. Pure: equal inputs give an equal digest, and nothing is sent again. */
export function agentSettings(inputs: SettingsInputs): AgentSettings {
  const { agent, goal, config } = inputs;
  const models = modelsOf(inputs);
  const settings: Omit<AgentSettings, 'digest'> = {
    agent: {
      namespace: agent.namespace,
      name: agent.name,
      uid: agent.uid,
      labels: agent.labels,
      ...(agent.owner ? { owner: agent.owner } : {}),
    },
    mode: agent.mode,
    ...(goal === undefined ? {} : { goal }),
    ...(agent.instructions === undefined
      ? {}
      : { instructions: agent.instructions }),
    ...(agent.config
      ? { config: agent.config as AgentSettings['config'] }
      : {}),
    runtime: { type: agent.runtime.type, contract: agent.runtime.contract },
    workspace_dir: agent.workspaceDir,
    ...(models[0] ? { default_model: models[0].name } : {}),
    models,
    tools: agent.tools.flatMap(binding => toolSettings(binding, inputs)),
    credentials: agent.credentials.map(
      ({ name, expose, hosts, secretRef, header, env }) => ({
        name,
        expose,
        hosts: hosts ?? [],
        key: secretRef.key ?? '',
        ...(header ? { header } : {}),
        ...(env ? { env } : {}),
      }),
    ),
    policies: effectivePolicies(inputs.policies, agent),
    policy_default: config?.spec.defaults?.policy ?? 'Allow',
    ...(agent.budget ? { budget: budgetSettings(agent.budget) } : {}),
    redaction: {
      rules: (config?.spec.redaction?.rules ?? []).map(({ name, pattern }) => ({
        name,
        pattern,
      })),
    },
    egress: { allow: agent.egress.allow },
    delegates: agent.delegates,
    // Relative to the workspace, whose place the sidecar knows from its environment.
    skills: agent.skills.map(({ name }) => ({
      name,
      path: skillsFolder(name),
    })),
    agent_contexts: agentContextFile,
  };
  return { digest: digestOf(settings), ...settings };
}

function modelsOf({ agent, models }: SettingsInputs): ModelSettings[] {
  const { model } = agent;
  if (model?.provider && model.name) {
    return [
      {
        name: inlineModel,
        provider: model.provider,
        model: model.name,
        ...(model.baseURL ? { base_url: model.baseURL } : {}),
      },
    ];
  }
  return models.map(modelSettings);
}

function modelSettings({ metadata, spec, status }: Model): ModelSettings {
  const { limits, fallbacks } = spec;
  const pricing = pricingOf(status?.pricing ?? spec.pricing);
  return {
    name: metadata.name,
    provider: spec.provider,
    model: spec.name,
    ...(spec.baseURL ? { base_url: spec.baseURL } : {}),
    ...(spec.credentialRef ? { credential: modelFolder(metadata.name) } : {}),
    ...(pricing ? { pricing } : {}),
    ...(limits
      ? {
          limits: {
            ...(limits.rpm === undefined ? {} : { rpm: limits.rpm }),
            ...(limits.tpm === undefined ? {} : { tpm: limits.tpm }),
            ...(limits.maxOutputTokens === undefined
              ? {}
              : { max_output_tokens: limits.maxOutputTokens }),
          },
        }
      : {}),
    ...(fallbacks?.length ? { fallbacks } : {}),
  };
}

function pricingOf(
  pricing: Model['spec']['pricing'],
): ModelSettings['pricing'] {
  if (!pricing) return undefined;
  const {
    inputPerMillion,
    outputPerMillion,
    cacheReadPerMillion,
    cacheWritePerMillion,
  } = pricing;
  return {
    ...(inputPerMillion === undefined
      ? {}
      : { input: formatUsd(inputPerMillion) }),
    ...(outputPerMillion === undefined
      ? {}
      : { output: formatUsd(outputPerMillion) }),
    ...(cacheReadPerMillion === undefined
      ? {}
      : { cache_read: formatUsd(cacheReadPerMillion) }),
    ...(cacheWritePerMillion === undefined
      ? {}
      : { cache_write: formatUsd(cacheWritePerMillion) }),
  };
}

/** A bound tool as the gateway offers it; one that does not exist, or cannot be reached, is not offered. */
function toolSettings(
  { ref, allow, deny, approval }: ResolvedAgent['tools'][number],
  { tools, toolUrls }: SettingsInputs,
): ToolSettings[] {
  const tool = tools.find(({ metadata }) => metadata.name === ref);
  const url = tool?.spec.remote?.url ?? toolUrls.get(ref);
  if (!tool || !url) return [];
  const { remote, server } = tool.spec;
  const transport =
    remote?.transport ??
    (server?.transport === 'sse' ? 'sse' : 'streamable-http');
  return [
    {
      name: ref,
      url,
      transport,
      ...(remote?.headers ? { headers: remote.headers } : {}),
      ...(remote?.secretRef ? { credential: toolFolder(ref) } : {}),
      ...(remote?.auth ? { auth: remote.auth } : {}),
      ...(tool.spec.callTimeout
        ? { timeout_ms: parseDuration(tool.spec.callTimeout) }
        : {}),
      ...(allow ? { allow } : {}),
      ...(deny ? { deny } : {}),
      approval,
      ...(tool.status?.tools
        ? {
            pins: tool.status.tools
              .filter(each => !isAdded(each))
              .map(({ name, digest }) => ({ name, digest })),
          }
        : {}),
    },
  ];
}

function budgetSettings(
  budget: NonNullable<ResolvedAgent['budget']>,
): NonNullable<AgentSettings['budget']> {
  return {
    ...(budget.tokens === undefined ? {} : { tokens: budget.tokens }),
    ...(budget.costUSD === undefined
      ? {}
      : { cost_usd: formatUsd(budget.costUSD) }),
    window: budget.window,
    on_exceeded: budget.onExceeded,
  };
}
