/** What the operator's own surroundings give to every agent pod. */
export interface Platform {
  /** Namespace of the operator, where sidecars send their events. */
  readonly operatorNamespace: string;
  /** True on OpenShift, which gives each namespace a range of user ids of its own and refuses any other. */
  readonly assignsUserIds: boolean;
}

/** Port on which the operator's ingest listens. */
export const ingestPort = 8443;

/** Where the sidecars of a platform send their events. */
export function ingestUrl(platform: Platform): string {
  return `wss://greenroom-operator.${platform.operatorNamespace}.svc:${ingestPort}/ingest/v1`;
}
