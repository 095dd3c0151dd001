import type { ContextPlan } from '@greenroom/context-tools';
import type { ResolvedAgent } from '@greenroom/kinds';
import type { Platform } from './Platform';

/** A Secret that the sidecar gets to know: to use it for the agent, or at least to keep it out of events. */
export interface PodSecret {
  /** Its folder below the sidecar's credentials; unique in the pod. */
  readonly folder: string;
  readonly secretName: string;
  /** One key; all of them when unset. */
  readonly key?: string;
}

/** What a pod is for: to be an agent as long as the agent lives, or to hold one session and end with it. */
export type PodPurpose =
  | { readonly kind: 'agent' }
  | {
      readonly kind: 'session';
      readonly sessionId: string;
      /** The object that the session belongs to. */
      readonly owner: {
        readonly kind: 'Task' | 'Session';
        readonly name: string;
        readonly uid: string;
      };
      /** Longest life of the pod. */
      readonly activeDeadlineMs?: number;
      /** Keeps the workspace beyond the pod's life. */
      readonly workspaceClaim?: string;
    };

/** Everything an agent pod is made from. Equal plans give byte-identical pod templates. */
export interface AgentPodPlan {
  /** Name of the Deployment or Job, and of the ConfigMap with its contexts. */
  readonly name: string;
  readonly agent: ResolvedAgent;
  readonly platform: Platform;
  readonly contexts: ContextPlan;
  readonly secrets: readonly PodSecret[];
  /** Names of the models the agent may use; the first is its default. */
  readonly models: readonly string[];
  readonly purpose: PodPurpose;
  /** Commits of repositories that the pod is to be made anew for, by name of the context. */
  readonly commits?: Readonly<Record<string, string>>;
}
