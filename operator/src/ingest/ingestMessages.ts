// What the operator and a sidecar tell each other, as far as controllers see it.

/** What a runtime can do, as its sidecar reports it. */
export interface RuntimeCapabilities {
  multiSession?: boolean;
  cancel?: boolean;
  permissions?: boolean;
  fork?: boolean;
  models?: boolean;
  deltas?: boolean;
}

/** The state of the runtime in a pod. */
export interface RuntimeState {
  state: 'starting' | 'ready' | 'failed';
  contract?: string;
  message?: string;
  capabilities?: RuntimeCapabilities;
}
