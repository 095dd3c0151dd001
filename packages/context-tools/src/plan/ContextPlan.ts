/**
 * Where a path begins. `workspace` is the agent's workspace folder; `outside` is the root of the container's file system,
 * for mount paths elsewhere. Plans hold no absolute path, so that one plan serves wherever the folders are mounted.
 */
export type PlanRoot = 'workspace' | 'outside';

/** A cleaned path: relative, `/`-separated, no `.` or `..`; `''` is the root itself. */
export interface PlannedPath {
  root: PlanRoot;
  path: string;
}

/** A folder that an item fills, made even when the item brings nothing into it. */
export interface PlannedDirectory extends PlannedPath {
  context: string;
}

/** A file whose content is known. Exactly one of `text` and `base64`. */
export interface PlannedFile extends PlannedPath {
  context: string;
  /** Permission bits, kept exactly. */
  mode: number;
  text?: string;
  base64?: string;
}

/** Content that is fetched when the plan is carried out: into a file (`target`), or into a part of `context.md`. */
export interface PlannedFetch {
  context: string;
  source: string;
  headers: Record<string, string>;
  /** Name of the Secret that authenticates the request. */
  secret?: string;
  insecureSkipTLSVerify: boolean;
  timeoutMs: number;
  target?: PlannedPath & { mode: number };
}

/** A repository, or a part of one, that is cloned to `path`. */
export interface PlannedCheckout extends PlannedPath {
  context: string;
  repository: string;
  ref: string;
  /** Commits of history; 0 is all of it. */
  depth: number;
  /** A folder or file inside the repository; `''` is the whole, with its `.git`. */
  subPath: string;
  recurseSubmodules: boolean;
  /** Name of the Secret with `username` and `password`, `token`, or `ssh-privatekey` and `ssh-known-hosts`. */
  secret?: string;
  sync?: { policy: 'HotReload' | 'Rollout'; intervalMs: number };
  /** Set when the checkout holds skills: the folders to offer, or all when empty. */
  skills?: { source: string; names: string[] };
}

/** One item of `context.md`: its content now, or the number of the fetch that brings it. */
export interface ContextPart {
  name: string;
  type: string;
  /** Already escaped, ready to stand inside its element. */
  content?: string;
  /** Index into {@link ContextPlan.fetches}. */
  fetch?: number;
}

/** Why the contexts cannot be laid out as asked, in a sentence for whoever wrote them. */
export interface ContextConflict {
  /** The item's name, or `contexts[<index>]`. */
  context: string;
  reason:
    | 'PathConflict'
    | 'InvalidPath'
    | 'InvalidMode'
    | 'MissingContent'
    | 'InvalidSource';
  message: string;
}

/** Everything that brings contexts into place. Also the format of `contexts.json`. */
export interface ContextPlan {
  version: 1;
  directories: PlannedDirectory[];
  files: PlannedFile[];
  fetches: PlannedFetch[];
  /** Outer checkouts come before those inside them. */
  checkouts: PlannedCheckout[];
  /** Unset when no item goes into it. */
  contextFile?: PlannedPath & { parts: ContextPart[] };
  /** A plan with conflicts must not be carried out. */
  conflicts: ContextConflict[];
}
