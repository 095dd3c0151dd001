import { z } from 'zod';
import { PolicySubject } from '../events/policyEvents';
import { JsonObject } from '../values/JsonValue';
import { Count } from '../values/Sha256';
import { UsdAmount } from '../values/UsdAmount';

/** Prices in US dollars per million tokens. Unset: not known, and then no cost is shown. */
export const ModelPricing = z.object({
  input: UsdAmount.optional(),
  output: UsdAmount.optional(),
  cache_read: UsdAmount.optional(),
  cache_write: UsdAmount.optional(),
});
export type ModelPricing = z.infer<typeof ModelPricing>;

/** A model that the sidecar's gateway offers under `/llm/<name>`. */
export const ModelSettings = z.object({
  name: z.string(),
  provider: z.enum([
    'anthropic',
    'openai',
    'openai-compatible',
    'google',
    'bedrock',
    'azure',
  ]),
  /** The provider's own name of the model. */
  model: z.string(),
  base_url: z.string().optional(),
  /** Folder below CREDENTIALS_DIR that holds the key. */
  credential: z.string().optional(),
  pricing: ModelPricing.optional(),
  limits: z
    .object({
      rpm: Count.optional(),
      tpm: Count.optional(),
      max_output_tokens: Count.optional(),
    })
    .optional(),
  /** Names of other models in the same list, tried in order. */
  fallbacks: z.array(z.string()).optional(),
});
export type ModelSettings = z.infer<typeof ModelSettings>;

/** A tool server that the sidecar's MCP gateway offers under `/mcp/<name>`. */
export const ToolSettings = z.object({
  name: z.string(),
  url: z.string(),
  transport: z.enum(['stdio', 'streamable-http', 'sse']),
  headers: z.record(z.string(), z.string()).optional(),
  /** Folder below CREDENTIALS_DIR that holds the secret. */
  credential: z.string().optional(),
  /** How the secret is sent; as a bearer token when unset. */
  auth: z
    .object({
      type: z.enum(['None', 'Bearer', 'Basic', 'Header']),
      /** Name of the header, for type Header. */
      header: z.string().optional(),
    })
    .optional(),
  /** Longest time of one call. */
  timeout_ms: Count.optional(),
  allow: z.array(z.string()).optional(),
  deny: z.array(z.string()).optional(),
  approval: z.enum(['Never', 'Always', 'Policy']),
  /** Digests of the tool definitions that were approved; a call to another definition is refused. */
  pins: z.array(z.object({ name: z.string(), digest: z.string() })).optional(),
});
export type ToolSettings = z.infer<typeof ToolSettings>;

/** A secret that the sidecar holds for the agent. */
export const CredentialSettings = z.object({
  name: z.string(),
  expose: z.enum(['Broker', 'Env', 'File']),
  /** Host patterns that get it from the broker. */
  hosts: z.array(z.string()),
  /** File below `CREDENTIALS_DIR/<name>` that holds it. */
  key: z.string(),
  /** Header that carries it; `Authorization: Bearer` when unset. */
  header: z.string().optional(),
  env: z.string().optional(),
});
export type CredentialSettings = z.infer<typeof CredentialSettings>;

/** One rule of a Policy, spelled as in the kind. */
export const PolicyRule = z.object({
  name: z.string(),
  about: PolicySubject,
  match: z
    .object({
      tools: z.array(z.string()).optional(),
      hosts: z.array(z.string()).optional(),
      patterns: z.array(z.string()).optional(),
      /** CEL over the request. */
      when: z.string().optional(),
    })
    .optional(),
  action: z.enum(['Allow', 'Deny', 'RequireApproval', 'Audit']),
  approvers: z.array(z.string()).optional(),
  quorum: z.int().min(1).optional(),
  selfApproval: z.boolean().optional(),
  /** A duration such as `30m`. */
  timeout: z.string().optional(),
  onTimeout: z.enum(['Deny', 'Allow']).optional(),
  remember: z.enum(['None', 'Session', 'Agent']).optional(),
  message: z.string().optional(),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

/** A redaction rule of GreenroomConfig: a regular expression in RE2's syntax. */
export const RedactionRule = z.object({
  name: z.string(),
  pattern: z.string(),
});
export type RedactionRule = z.infer<typeof RedactionRule>;

/** Everything a sidecar must know about its agent; pushed anew whenever it changes. */
export const AgentSettings = z.object({
  /** Changes exactly when the rest does. */
  digest: z.string(),
  agent: z.object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()),
    owner: z.string().optional(),
  }),
  mode: z.enum(['Supervised', 'System']),
  goal: z.string().optional(),
  instructions: z.string().optional(),
  /** Handed to the runtime as it is. */
  config: JsonObject.optional(),
  runtime: z.object({
    type: z.enum(['greenroom', 'opencode', 'claude-code', 'mastra', 'custom']),
    contract: z.enum(['stream', 'opencode', 'asyncchat']),
  }),
  workspace_dir: z.string(),
  /** Name of one of `models`. */
  default_model: z.string().optional(),
  models: z.array(ModelSettings),
  tools: z.array(ToolSettings),
  credentials: z.array(CredentialSettings),
  policies: z.array(
    z.object({
      name: z.string(),
      digest: z.string(),
      rules: z.array(PolicyRule),
    }),
  ),
  policy_default: z.enum(['Allow', 'Deny']),
  budget: z
    .object({
      tokens: Count.optional(),
      cost_usd: UsdAmount.optional(),
      window: z.enum(['Session', 'Day', 'Month']),
      on_exceeded: z.enum(['Ask', 'Stop']),
    })
    .optional(),
  redaction: z.object({ rules: z.array(RedactionRule) }),
  egress: z.object({ allow: z.array(z.string()) }),
  /** Agents that this one may call. */
  delegates: z.array(z.string()),
  skills: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Path of the agent's own `context.md`. */
  agent_contexts: z.string().optional(),
});
export type AgentSettings = z.infer<typeof AgentSettings>;
