/** What brings content into a workspace; the same five as in the kinds. */
export type ContextType = 'Text' | 'ConfigMap' | 'Git' | 'Runtime' | 'URL';

/** How a Git context follows its repository. */
export interface GitSync {
  enabled?: boolean;
  /** A duration such as `5m`. */
  interval?: string;
  policy?: 'HotReload' | 'Rollout';
}

/** A Git repository, as a ContextItem or a skill names it. */
export interface GitSource {
  /** `https://…`, `ssh://…`, `git@host:path`, or `file://…` where local repositories are allowed. */
  repository: string;
  /** A folder or file inside the repository; the whole of it when unset. */
  path?: string;
  /** Branch, tag or commit. `HEAD` (the default branch) when unset. */
  ref?: string;
  /** Commits of history; 0 is all of it. 1 when unset. */
  depth?: number;
  recurseSubmodules?: boolean;
  secretRef?: { name: string };
  sync?: GitSync;
}

/** A ContextItem of the kinds, with what only the operator can look up (ConfigMap contents) filled in. */
export interface ResolvedContextItem {
  name?: string;
  description?: string;
  type: ContextType;
  /** Absolute, or relative to the workspace (for a Task: to the task's folder). Unset: part of `context.md`. */
  mountPath?: string;
  /** Permission bits of each file written. 0644 when unset. */
  fileMode?: number;
  text?: string;
  configMap?: {
    name: string;
    key?: string;
    optional?: boolean;
    /** Contents by key; unset when the ConfigMap does not exist. */
    data?: Record<string, string>;
    /** Contents by key, base64. */
    binaryData?: Record<string, string>;
  };
  git?: GitSource;
  runtime?: Record<string, unknown>;
  url?: {
    source: string;
    headers?: Record<string, string>;
    secretRef?: { name: string };
    insecureSkipTLSVerify?: boolean;
    /** Seconds. 30 when unset. */
    timeout?: number;
  };
}

/** A source of skills, as Agent and AgentTemplate name it. */
export interface SkillSource {
  name: string;
  git?: GitSource & { names?: string[] };
}
