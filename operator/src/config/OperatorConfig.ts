/** What the operator is started with; what may change while it runs is in GreenroomConfig. */
export interface OperatorConfig {
  /** Namespace of the operator's own objects. */
  namespace: string;
  /** Name of this pod, and its uid: together the leader's identity. */
  podName: string;
  podUid: string;
  /** File of the kubeconfig; empty in a cluster. */
  kubeconfig?: string;
  /** Folder of the journal. */
  journalDir: string;
  /** Address all servers listen on. */
  host: string;
  /** Webhooks and ingest, TLS. */
  securePort: number;
  /** Health and metrics. */
  metricsPort: number;
  /** Name of the Service in front of {@link securePort}; sidecars and the API server reach it by this name. */
  serviceName: string;
  /** Where webhooks are called by URL instead of through the Service: for an operator outside the cluster it serves. */
  webhookUrl?: string;
  /** Ended sessions are removed when they are older, in milliseconds. */
  journalMaxAgeMs: number;
  /** The oldest ended sessions are removed beyond this many bytes. */
  journalMaxBytes: number;
  logLevel: string;
}
