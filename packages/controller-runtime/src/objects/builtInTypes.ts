import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1CronJob,
  V1CustomResourceDefinition,
  V1Deployment,
  V1EndpointSlice,
  V1Endpoints,
  V1Job,
  V1Lease,
  V1LimitRange,
  V1MutatingWebhookConfiguration,
  V1Namespace,
  V1NetworkPolicy,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ReplicaSet,
  V1ResourceQuota,
  V1Role,
  V1RoleBinding,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1StatefulSet,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node';
import type { ResourceType } from './ResourceType';
import type { BuiltIn } from './Wire';

// Every built-in kind Greenroom meets: a type, and a value of the same name that addresses it.

export type Pod = BuiltIn<V1Pod>;
export const Pod: ResourceType<Pod> = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  scope: 'Namespaced',
};

export type Service = BuiltIn<V1Service>;
export const Service: ResourceType<Service> = {
  apiVersion: 'v1',
  kind: 'Service',
  plural: 'services',
  scope: 'Namespaced',
};

export type ConfigMap = BuiltIn<V1ConfigMap>;
export const ConfigMap: ResourceType<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'Namespaced',
};

export type Secret = BuiltIn<V1Secret>;
export const Secret: ResourceType<Secret> = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
};

export type ServiceAccount = BuiltIn<V1ServiceAccount>;
export const ServiceAccount: ResourceType<ServiceAccount> = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  scope: 'Namespaced',
};

export type PersistentVolumeClaim = BuiltIn<V1PersistentVolumeClaim>;
export const PersistentVolumeClaim: ResourceType<PersistentVolumeClaim> = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  scope: 'Namespaced',
};

export type PersistentVolume = BuiltIn<V1PersistentVolume>;
export const PersistentVolume: ResourceType<PersistentVolume> = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  scope: 'Cluster',
};

export type Namespace = BuiltIn<V1Namespace>;
export const Namespace: ResourceType<Namespace> = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
};

export type Node = BuiltIn<V1Node>;
export const Node: ResourceType<Node> = {
  apiVersion: 'v1',
  kind: 'Node',
  plural: 'nodes',
  scope: 'Cluster',
};

export type Endpoints = BuiltIn<V1Endpoints>;
export const Endpoints: ResourceType<Endpoints> = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  scope: 'Namespaced',
};

export type LimitRange = BuiltIn<V1LimitRange>;
export const LimitRange: ResourceType<LimitRange> = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  scope: 'Namespaced',
};

export type ResourceQuota = BuiltIn<V1ResourceQuota>;
export const ResourceQuota: ResourceType<ResourceQuota> = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  scope: 'Namespaced',
};

export type Deployment = BuiltIn<V1Deployment>;
export const Deployment: ResourceType<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
};

export type ReplicaSet = BuiltIn<V1ReplicaSet>;
export const ReplicaSet: ResourceType<ReplicaSet> = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  scope: 'Namespaced',
};

export type StatefulSet = BuiltIn<V1StatefulSet>;
export const StatefulSet: ResourceType<StatefulSet> = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  scope: 'Namespaced',
};

export type Job = BuiltIn<V1Job>;
export const Job: ResourceType<Job> = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  plural: 'jobs',
  scope: 'Namespaced',
};

export type CronJob = BuiltIn<V1CronJob>;
export const CronJob: ResourceType<CronJob> = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  scope: 'Namespaced',
};

export type NetworkPolicy = BuiltIn<V1NetworkPolicy>;
export const NetworkPolicy: ResourceType<NetworkPolicy> = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  scope: 'Namespaced',
};

export type Role = BuiltIn<V1Role>;
export const Role: ResourceType<Role> = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
};

export type RoleBinding = BuiltIn<V1RoleBinding>;
export const RoleBinding: ResourceType<RoleBinding> = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
};

export type ClusterRole = BuiltIn<V1ClusterRole>;
export const ClusterRole: ResourceType<ClusterRole> = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
};

export type ClusterRoleBinding = BuiltIn<V1ClusterRoleBinding>;
export const ClusterRoleBinding: ResourceType<ClusterRoleBinding> = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
};

export type Lease = BuiltIn<V1Lease>;
export const Lease: ResourceType<Lease> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
};

export type EndpointSlice = BuiltIn<V1EndpointSlice>;
export const EndpointSlice: ResourceType<EndpointSlice> = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
};

export type ValidatingWebhookConfiguration =
  BuiltIn<V1ValidatingWebhookConfiguration>;
export const ValidatingWebhookConfiguration: ResourceType<ValidatingWebhookConfiguration> =
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    scope: 'Cluster',
  };

export type MutatingWebhookConfiguration =
  BuiltIn<V1MutatingWebhookConfiguration>;
export const MutatingWebhookConfiguration: ResourceType<MutatingWebhookConfiguration> =
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    plural: 'mutatingwebhookconfigurations',
    scope: 'Cluster',
  };

export type CustomResourceDefinition = BuiltIn<V1CustomResourceDefinition>;
export const CustomResourceDefinition: ResourceType<CustomResourceDefinition> =
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    scope: 'Cluster',
  };
