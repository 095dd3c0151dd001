import type { Logger } from 'pino';
import type { ImageCatalog } from './kubelet/images/ImageCatalog';

/** How to start a devcluster. */
export interface DevclusterOptions {
  /** `memory` forgets everything at the end; `sqlite` keeps objects in `stateDir`. Default: sqlite with a `stateDir`, else memory. */
  store?: 'memory' | 'sqlite';
  /** Folder for objects, keys, volumes and logs; made if it is not there. Without it there are no controllers' volumes and no kubelet. */
  stateDir?: string;
  /** Default: any free one. */
  port?: number;
  /** Runs the controllers. Default: false in `memory` without `stateDir`. */
  controllers?: boolean;
  /** Runs the kubelet with these images. */
  kubelet?: {
    images: ImageCatalog;
    environment: Record<string, string | undefined>;
  };
  /** How many changes of each kind a watch can resume from. Default 5,000. */
  watchHistory?: number;
  log?: Logger;
}

/** A running devcluster. */
export interface Devcluster {
  /** YAML, for an administrator. */
  kubeconfig: string;
  /** Like `https://127.0.0.1:40123`. */
  server: string;
  /** Stops containers, controllers and server. */
  stop(): Promise<void>;
}
