export { Cache, CacheSyncError } from './cache/Cache';
export { backOffMs } from './cache/backOff';
export {
  Informer,
  type InformerEvent,
  type InformerHandler,
  type InformerOptions,
} from './cache/Informer';
export { ObjectStore, type IndexFunction } from './cache/ObjectStore';
export { ApiError, type StatusBody } from './client/ApiError';
export type { ClusterAccess } from './client/ClusterAccess';
export { inClusterAccess } from './client/inClusterAccess';
export {
  KubeClient,
  patchTypes,
  type Applied,
  type ApplyOptions,
  type CallOptions,
  type DeepPartial,
  type DeleteOptions,
  type ListOptions,
  type PatchOptions,
  type Selectors,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from './client/KubeClient';
export type { RequestObserver, TransportRequest } from './client/HttpTransport';
export {
  KubeConfigError,
  kubeConfigAccess,
  kubeConfigFileAccess,
} from './client/kubeConfigAccess';
export { loadClusterAccess } from './client/loadClusterAccess';
export { readLines } from './client/readLines';
export { resourcePath } from './client/resourcePath';
export {
  Controller,
  type ControllerOptions,
  type SourceOptions,
} from './controller/Controller';
export { Expectations } from './controller/Expectations';
export {
  Manager,
  type ManagerOptions,
  type Runnable,
} from './controller/Manager';
export { ownerKey } from './controller/ownerKey';
export {
  done,
  TerminalError,
  type ReconcileContext,
  type Reconciler,
  type ReconcileResult,
} from './controller/Reconciler';
export { decideLease, type LeaseDecision } from './election/decideLease';
export {
  LeaderElector,
  LeadershipLostError,
  type LeaderElectorOptions,
} from './election/LeaderElector';
export {
  EventRecorder,
  type EventDetails,
  type RecordedEvent,
} from './events/EventRecorder';
export * from './objects/builtInTypes';
export type {
  KubernetesList,
  KubernetesObject,
  ObjectMeta,
  OwnerReference,
} from './objects/KubernetesObject';
export {
  formatKey,
  keyOf,
  parseKey,
  type ObjectKey,
} from './objects/ObjectKey';
export {
  groupOf,
  resourceType,
  type ResourceType,
} from './objects/ResourceType';
export type { BuiltIn, Wire } from './objects/Wire';
export { ControllerMetrics } from './observability/ControllerMetrics';
export {
  ObservabilityServer,
  type HealthCheck,
} from './observability/ObservabilityServer';
export { WorkQueue, type WorkQueueOptions } from './queue/WorkQueue';
