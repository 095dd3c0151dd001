import type { Agent } from '../kinds/Agent';
import type { AgentTemplate } from '../kinds/AgentTemplate';
import type { GreenroomConfig } from '../kinds/GreenroomConfig';
import { annotations } from '../labels';
import { defaultImages, imageTag } from './defaultImages';
import { mergeFields } from './mergeFields';
import type { ResolvedAgent, SystemImages } from './ResolvedAgent';

type AgentSpec = Agent['spec'];
type SharedSpec = AgentTemplate['spec'];
type ConfigSpec = GreenroomConfig['spec'];
type Runtime = NonNullable<SharedSpec['runtime']>;

/** What holds where neither the agent, its template nor the cluster says anything. */
export const agentDefaults = {
  mode: 'Supervised',
  runtimeType: 'greenroom',
  workspaceDir: '/workspace',
  port: 4096,
  maxConcurrentTasks: 5,
  quotaWindowSeconds: 3600,
  budgetWindow: 'Session',
  budgetOnExceeded: 'Stop',
  clusterDomain: 'cluster.local',
  imagePullPolicy: 'IfNotPresent',
} as const;

/**
 * Merges an Agent over its template and the cluster's defaults. An AgentTemplate alone is resolved the same way when a
 * Task or Session runs it directly.
 *
 * The agent's value wins where it is set. Scalars and lists replace as a whole, also an empty list; `config`, `podSpec`,
 * `proxy`, `budget` and `quota` merge by field; `runtime` merges by field as long as its type stays the same, because the
 * images of one runtime are of no use to another.
 */
export function resolveAgent(
  agent: Agent | AgentTemplate,
  template?: AgentTemplate,
  config?: GreenroomConfig,
): ResolvedAgent {
  const { metadata } = agent;
  const own: Partial<AgentSpec> = agent.spec;
  const base: SharedSpec = template?.spec ?? {};
  const cluster: Partial<ConfigSpec> = config?.spec ?? {};
  const images: SystemImages = mergeFields<Partial<SystemImages>>(
    defaultImages,
    cluster.images,
  ) as SystemImages;
  const pick = <Field extends keyof SharedSpec>(
    field: Field,
  ): SharedSpec[Field] => (own as SharedSpec)[field] ?? base[field];
  const templateName =
    template?.metadata.name ??
    (agent.kind === 'AgentTemplate' ? metadata.name : undefined);
  const model =
    pick('model') ??
    (cluster.defaults?.model ? { ref: cluster.defaults.model } : undefined);

  return withoutUndefined<ResolvedAgent>({
    kind: agent.kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    labels: { ...metadata.labels },
    owner: metadata.annotations?.[annotations.owner],
    template: templateName,
    profile: own.profile,
    mode: pick('mode') ?? agentDefaults.mode,
    goal: pick('goal'),
    instructions: pick('instructions'),
    runtime: resolveRuntime(own.runtime, base.runtime, images),
    model,
    workspaceDir: pick('workspaceDir') ?? agentDefaults.workspaceDir,
    command: pick('command'),
    port: own.port ?? agentDefaults.port,
    extraPorts: pick('extraPorts') ?? [],
    contexts: pick('contexts') ?? [],
    skills: pick('skills') ?? [],
    plugins: pick('plugins') ?? [],
    config: mergeFields(base.config, own.config),
    credentials: pick('credentials') ?? [],
    tools: pick('tools') ?? [],
    delegates: pick('delegates') ?? [],
    providers: pick('providers') ?? [],
    egress: { allow: own.egress?.allow ?? base.egress?.allow ?? [] },
    persistence: own.persistence,
    suspend: own.suspend ?? false,
    standby: own.standby,
    maxConcurrentTasks:
      pick('maxConcurrentTasks') ?? agentDefaults.maxConcurrentTasks,
    quota: resolveQuota(mergeFields(base.quota, own.quota)),
    budget: resolveBudget(
      mergeFields(
        cluster.defaults?.budget,
        mergeFields(base.budget, own.budget),
      ),
    ),
    warmPool: own.warmPool,
    share: own.share,
    caBundle: pick('caBundle'),
    proxy: mergeFields(cluster.proxy, mergeFields(base.proxy, own.proxy)),
    imagePullSecrets: pick('imagePullSecrets') ?? [],
    imagePullPolicy: cluster.imagePullPolicy ?? agentDefaults.imagePullPolicy,
    serviceAccountName: pick('serviceAccountName'),
    rbac: { rules: own.rbac?.rules ?? base.rbac?.rules ?? [] },
    podSpec:
      mergeFields(
        cluster.defaults?.podSpec,
        mergeFields(base.podSpec, own.podSpec),
      ) ?? {},
    images,
    clusterDomain: cluster.clusterDomain ?? agentDefaults.clusterDomain,
    allowLocalRepositories: cluster.allowLocalRepositories ?? false,
  });
}

function resolveRuntime(
  own: Runtime | undefined,
  base: Runtime | undefined,
  images: SystemImages,
): ResolvedAgent['runtime'] {
  const typeOf = (runtime?: Runtime) =>
    runtime?.type ?? agentDefaults.runtimeType;
  const sameType = own?.type === undefined || own.type === typeOf(base);
  const runtime = (sameType ? mergeFields(base, own) : own) ?? {};
  const type = typeOf(runtime);
  const builtin = builtinImage(type, runtime.version, images);
  const agentImage = runtime.agentImage ?? builtin;
  return withoutUndefined<ResolvedAgent['runtime']>({
    type,
    contract: runtime.contract ?? (type === 'opencode' ? 'opencode' : 'stream'),
    agentImage: type === 'custom' ? undefined : agentImage,
    executorImage:
      runtime.executorImage ?? agentImage ?? images.runtimeGreenroom,
    version: runtime.version,
  });
}

function builtinImage(
  type: NonNullable<Runtime['type']>,
  version: string | undefined,
  images: SystemImages,
): string | undefined {
  const image = {
    greenroom: images.runtimeGreenroom,
    opencode: images.runtimeOpencode,
    'claude-code': images.runtimeClaudeCode,
    mastra: images.runtimeMastra,
    custom: undefined,
  }[type];
  if (!image || !version) return image;
  return image.endsWith(`:${imageTag}`)
    ? `${image.slice(0, -imageTag.length)}${version}`
    : image;
}

function resolveQuota(quota: SharedSpec['quota']): ResolvedAgent['quota'] {
  if (quota?.maxTaskStarts === undefined) return undefined;
  return {
    maxTaskStarts: quota.maxTaskStarts,
    windowSeconds: quota.windowSeconds ?? agentDefaults.quotaWindowSeconds,
  };
}

function resolveBudget(budget: SharedSpec['budget']): ResolvedAgent['budget'] {
  if (budget?.tokens === undefined && budget?.costUSD === undefined)
    return undefined;
  return {
    ...budget,
    window: budget.window ?? agentDefaults.budgetWindow,
    onExceeded: budget.onExceeded ?? agentDefaults.budgetOnExceeded,
  };
}

/** Drops fields that are undefined, so that equal agents are equal objects. */
function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as Value;
}
