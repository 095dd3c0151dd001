/** What `up` may be told. */
export interface UpOptions {
  detach?: boolean;
  /** Port of the API server. */
  port?: number;
  /** A cluster of one's own, instead of the local one. */
  kubeconfig?: string;
  /** Begins with an empty cluster. */
  reset?: boolean;
}
