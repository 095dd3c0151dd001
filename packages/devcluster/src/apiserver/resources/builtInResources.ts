import { builtInType } from '../../schemas/builtInTypes';
import type { StructNode } from '../../schemas/TypeNode';
import { columnsOf } from '../tables/builtInColumns';
import { rulesOf } from '../kinds/builtInRules';
import {
  allVerbs,
  type ScalePaths,
  type ServedResource,
  type Verb,
} from './ServedResource';

interface Listing {
  schema: string;
  kind: string;
  plural: string;
  shortNames?: string[];
  categories?: string[];
  cluster?: true;
  status?: true;
  scale?: true;
  verbs?: Verb[];
  /** Shares the objects of another collection. */
  collection?: string;
}

const workloadScale: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.spec.selector',
};

const all = ['all'];
const apiExtensions = ['api-extensions'];
const noDeleteCollection = allVerbs.filter(verb => verb !== 'deletecollection');

/** Every built-in resource that is stored, by `<group>/<version>`. */
const listings: Record<string, Listing[]> = {
  v1: [
    {
      schema: 'core.v1',
      kind: 'ConfigMap',
      plural: 'configmaps',
      shortNames: ['cm'],
    },
    {
      schema: 'core.v1',
      kind: 'Endpoints',
      plural: 'endpoints',
      shortNames: ['ep'],
    },
    { schema: 'core.v1', kind: 'Event', plural: 'events', shortNames: ['ev'] },
    {
      schema: 'core.v1',
      kind: 'LimitRange',
      plural: 'limitranges',
      shortNames: ['limits'],
    },
    {
      schema: 'core.v1',
      kind: 'Namespace',
      plural: 'namespaces',
      shortNames: ['ns'],
      cluster: true,
      status: true,
      verbs: noDeleteCollection,
    },
    {
      schema: 'core.v1',
      kind: 'Node',
      plural: 'nodes',
      shortNames: ['no'],
      cluster: true,
      status: true,
    },
    {
      schema: 'core.v1',
      kind: 'PersistentVolumeClaim',
      plural: 'persistentvolumeclaims',
      shortNames: ['pvc'],
      status: true,
    },
    {
      schema: 'core.v1',
      kind: 'PersistentVolume',
      plural: 'persistentvolumes',
      shortNames: ['pv'],
      cluster: true,
      status: true,
    },
    {
      schema: 'core.v1',
      kind: 'Pod',
      plural: 'pods',
      shortNames: ['po'],
      categories: all,
      status: true,
    },
    { schema: 'core.v1', kind: 'PodTemplate', plural: 'podtemplates' },
    {
      schema: 'core.v1',
      kind: 'ReplicationController',
      plural: 'replicationcontrollers',
      shortNames: ['rc'],
      categories: all,
      status: true,
      scale: true,
    },
    {
      schema: 'core.v1',
      kind: 'ResourceQuota',
      plural: 'resourcequotas',
      shortNames: ['quota'],
      status: true,
    },
    { schema: 'core.v1', kind: 'Secret', plural: 'secrets' },
    {
      schema: 'core.v1',
      kind: 'ServiceAccount',
      plural: 'serviceaccounts',
      shortNames: ['sa'],
    },
    {
      schema: 'core.v1',
      kind: 'Service',
      plural: 'services',
      shortNames: ['svc'],
      categories: all,
      status: true,
    },
  ],
  'admissionregistration.k8s.io/v1': [
    {
      schema: 'admissionregistration.v1',
      kind: 'MutatingWebhookConfiguration',
      plural: 'mutatingwebhookconfigurations',
      categories: apiExtensions,
      cluster: true,
    },
    {
      schema: 'admissionregistration.v1',
      kind: 'ValidatingWebhookConfiguration',
      plural: 'validatingwebhookconfigurations',
      categories: apiExtensions,
      cluster: true,
    },
  ],
  'apiextensions.k8s.io/v1': [
    {
      schema: 'apiextensions',
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      shortNames: ['crd', 'crds'],
      categories: apiExtensions,
      cluster: true,
      status: true,
    },
  ],
  'apps/v1': [
    {
      schema: 'apps.v1',
      kind: 'ControllerRevision',
      plural: 'controllerrevisions',
    },
    {
      schema: 'apps.v1',
      kind: 'DaemonSet',
      plural: 'daemonsets',
      shortNames: ['ds'],
      categories: all,
      status: true,
    },
    {
      schema: 'apps.v1',
      kind: 'Deployment',
      plural: 'deployments',
      shortNames: ['deploy'],
      categories: all,
      status: true,
      scale: true,
    },
    {
      schema: 'apps.v1',
      kind: 'ReplicaSet',
      plural: 'replicasets',
      shortNames: ['rs'],
      categories: all,
      status: true,
      scale: true,
    },
    {
      schema: 'apps.v1',
      kind: 'StatefulSet',
      plural: 'statefulsets',
      shortNames: ['sts'],
      categories: all,
      status: true,
      scale: true,
    },
  ],
  'autoscaling/v2': [
    {
      schema: 'autoscaling.v2',
      kind: 'HorizontalPodAutoscaler',
      plural: 'horizontalpodautoscalers',
      shortNames: ['hpa'],
      categories: all,
      status: true,
    },
  ],
  'batch/v1': [
    {
      schema: 'batch.v1',
      kind: 'CronJob',
      plural: 'cronjobs',
      shortNames: ['cj'],
      categories: all,
      status: true,
    },
    {
      schema: 'batch.v1',
      kind: 'Job',
      plural: 'jobs',
      categories: all,
      status: true,
    },
  ],
  'coordination.k8s.io/v1': [
    { schema: 'coordination.v1', kind: 'Lease', plural: 'leases' },
  ],
  'discovery.k8s.io/v1': [
    { schema: 'discovery.v1', kind: 'EndpointSlice', plural: 'endpointslices' },
  ],
  'events.k8s.io/v1': [
    {
      schema: 'events.v1',
      kind: 'Event',
      plural: 'events',
      shortNames: ['ev'],
      collection: '/events',
    },
  ],
  'networking.k8s.io/v1': [
    {
      schema: 'networking.v1',
      kind: 'IngressClass',
      plural: 'ingressclasses',
      cluster: true,
    },
    {
      schema: 'networking.v1',
      kind: 'Ingress',
      plural: 'ingresses',
      shortNames: ['ing'],
      status: true,
    },
    {
      schema: 'networking.v1',
      kind: 'NetworkPolicy',
      plural: 'networkpolicies',
      shortNames: ['netpol'],
    },
  ],
  'policy/v1': [
    {
      schema: 'policy.v1',
      kind: 'PodDisruptionBudget',
      plural: 'poddisruptionbudgets',
      shortNames: ['pdb'],
      status: true,
    },
  ],
  'rbac.authorization.k8s.io/v1': [
    {
      schema: 'rbac.v1',
      kind: 'ClusterRoleBinding',
      plural: 'clusterrolebindings',
      cluster: true,
    },
    {
      schema: 'rbac.v1',
      kind: 'ClusterRole',
      plural: 'clusterroles',
      cluster: true,
    },
    { schema: 'rbac.v1', kind: 'RoleBinding', plural: 'rolebindings' },
    { schema: 'rbac.v1', kind: 'Role', plural: 'roles' },
  ],
  'scheduling.k8s.io/v1': [
    {
      schema: 'scheduling.v1',
      kind: 'PriorityClass',
      plural: 'priorityclasses',
      shortNames: ['pc'],
      cluster: true,
    },
  ],
  'storage.k8s.io/v1': [
    {
      schema: 'storage.v1',
      kind: 'StorageClass',
      plural: 'storageclasses',
      shortNames: ['sc'],
      cluster: true,
    },
  ],
};

function schemaNameOf({ schema, kind }: Listing): string {
  return schema === 'apiextensions'
    ? `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${kind}`
    : `io.k8s.api.${schema}.${kind}`;
}

/** The built-in resources. */
export function builtInResources(): ServedResource[] {
  return Object.entries(listings).flatMap(([apiVersion, each]) =>
    each.map(listing => served(apiVersion, listing)),
  );
}

function served(apiVersion: string, listing: Listing): ServedResource {
  const [group, version] = apiVersion.includes('/')
    ? apiVersion.split('/')
    : ['', apiVersion];
  const schemaName = schemaNameOf(listing);
  let type: StructNode | undefined;
  return {
    group,
    version,
    apiVersion,
    kind: listing.kind,
    listKind: `${listing.kind}List`,
    plural: listing.plural,
    singular: listing.kind.toLowerCase(),
    shortNames: listing.shortNames ?? [],
    categories: listing.categories ?? [],
    namespaced: !listing.cluster,
    verbs: listing.verbs ?? allVerbs,
    collection: listing.collection ?? `${group}/${listing.plural}`,
    storedApiVersion: listing.collection ? 'v1' : apiVersion,
    hasStatus: Boolean(listing.status),
    ...(listing.scale && { scale: workloadScale }),
    get type() {
      return (type ??= builtInType(schemaName) as StructNode);
    },
    schemaName,
    rules: rulesOf(apiVersion, listing.kind),
    columns: columnsOf(apiVersion, listing.kind),
  };
}
