import type { ClusterAccess } from '@greenroom/controller-runtime';
import type { Logger } from 'pino';
import type { ImageCatalog } from './images/ImageCatalog';

/** What the kubelet needs to know. */
export interface KubeletOptions {
  /** The API server; the kubelet is a client of it like any other. */
  access: ClusterAccess;
  /** A folder of the kubelet's own: volumes, logs and the record of its processes. Kept over restarts. */
  stateDir: string;
  images: ImageCatalog;
  /** The environment of the program, from which images take `$VAR` and the time zone. */
  environment: Record<string, string | undefined>;
  log: Logger;
  /** Default `devcluster`. */
  nodeName?: string;
  /** Delay before a container that failed again is restarted: `baseMs` doubled each time up to `maxMs`. Default 1 s and 30 s. */
  restartBackOff?: { baseMs: number; maxMs: number };
  /** How long containers may take to end when the kubelet stops, in milliseconds. Default 5,000. */
  stopGraceMs?: number;
}
