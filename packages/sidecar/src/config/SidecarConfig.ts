/** Where the sidecar is, whom it serves and where it keeps things. Read once from the environment. */
export interface SidecarConfig {
  agent: { name: string; namespace: string };
  pod: { name: string; uid: string; namespace: string };
  /** The one session of a dedicated pod. */
  sessionId?: string;
  ingestUrl: URL;
  tokenFile: string;
  caFile: string;
  stateDir: string;
  runtimeUrl: URL;
  runtimeInjectUrl: URL;
  workspaceDir: string;
  credentialsDir: string;
  listen: {
    /** Address of the agent's routes and the egress proxy. */
    agentHost: string;
    /** Address of health and metrics. */
    healthHost: string;
    agentPort: number;
    healthPort: number;
    proxyPort: number;
  };
  /** How long a runtime may take to answer for the first time, in milliseconds. */
  runtimeDeadlineMs: number;
  /** Longest time that a stop waits for events to become durable, in milliseconds. */
  stopGraceMs: number;
  logLevel: string;
  version: string;
  env: NodeJS.ProcessEnv;
}
