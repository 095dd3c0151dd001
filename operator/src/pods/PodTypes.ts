import type { Pod } from '@greenroom/controller-runtime';

// Names for the parts of a pod, as they are on the wire.

export type PodSpec = NonNullable<Pod['spec']>;
export type Container = PodSpec['containers'][number];
export type Volume = NonNullable<PodSpec['volumes']>[number];
export type VolumeMount = NonNullable<Container['volumeMounts']>[number];
export type EnvVar = NonNullable<Container['env']>[number];
export type SecurityContext = NonNullable<Container['securityContext']>;
export type PodSecurityContext = NonNullable<PodSpec['securityContext']>;
export type Resources = NonNullable<Container['resources']>;

/** A pod template: what Deployments and Jobs make pods from. */
export interface PodTemplate {
  metadata: {
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  spec: PodSpec;
}
