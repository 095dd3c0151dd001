import type { Pod } from '@greenroom/controller-runtime';

// Names for the parts of a Pod as they are on the wire.

export type PodSpec = NonNullable<Pod['spec']>;
export type PodStatus = NonNullable<Pod['status']>;
export type Container = PodSpec['containers'][number];
export type Volume = NonNullable<PodSpec['volumes']>[number];
export type VolumeMount = NonNullable<Container['volumeMounts']>[number];
export type EnvVar = NonNullable<Container['env']>[number];
export type Probe = NonNullable<Container['livenessProbe']>;
export type LifecycleHandler = NonNullable<
  NonNullable<Container['lifecycle']>['preStop']
>;
export type ContainerStatus = NonNullable<
  PodStatus['containerStatuses']
>[number];
export type PodCondition = NonNullable<PodStatus['conditions']>[number];
