import type { KubernetesObject } from '../../store/KubernetesObject';
import type { UserInfo } from '../auth/UserInfo';
import type { Machinery } from '../Machinery';
import type { ServedResource } from '../resources/ServedResource';

/** One write that is about to happen, as admission sees it. */
export interface AdmissionRequest {
  machinery: Machinery;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  resource: ServedResource;
  subresource?: string;
  namespace?: string;
  name: string;
  /** The object after the write; plugins that mutate change it in place. Absent for deletions. */
  object?: KubernetesObject;
  /** The object before the write. Absent for creations. */
  old?: KubernetesObject;
  user: UserInfo;
  dryRun: boolean;
  /** The options of the request, with `apiVersion` and `kind`. */
  options: Record<string, unknown>;
  warn(message: string): void;
}

/** One plugin. It refuses by throwing an `ApiError`. */
export interface AdmissionPlugin {
  mutate?(request: AdmissionRequest): Promise<void> | void;
  validate?(request: AdmissionRequest): Promise<void> | void;
}

/** Plugins in their order. */
export class AdmissionChain {
  constructor(private readonly plugins: AdmissionPlugin[]) {}

  async mutate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.plugins) await plugin.mutate?.(request);
  }

  async validate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.plugins) await plugin.validate?.(request);
  }
}
