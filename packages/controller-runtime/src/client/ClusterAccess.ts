import type { SecureContextOptions } from 'node:tls';

/** How to reach one API server, and as whom. */
export interface ClusterAccess {
  /** Base URL, for example `https://10.96.0.1:443`; a path prefix is kept. */
  readonly server: string;
  /** The namespace of the context or of the pod; `default` if neither says. */
  readonly namespace: string;
  readonly tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> & {
    servername?: string;
    rejectUnauthorized?: boolean;
  };
  /** Headers that authenticate one request; asked before each one, because tokens rotate. */
  headers(): Promise<Record<string, string>>;
}
