import type { Json } from '../store/KubernetesObject';

const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const aggregate = 'rbac.authorization.k8s.io/aggregate-to';

function role(
  name: string,
  rules: Json[],
  labels: Record<string, string> = {},
): Json {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name,
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    },
    rules,
  };
}

function aggregated(name: string, aggregatesTo?: string): Json {
  return {
    ...role(
      name,
      [],
      aggregatesTo ? { [`${aggregate}-${aggregatesTo}`]: 'true' } : {},
    ),
    aggregationRule: {
      clusterRoleSelectors: [
        { matchLabels: { [`${aggregate}-${name}`]: 'true' } },
      ],
    },
  };
}

const workloads = ['daemonsets', 'deployments', 'replicasets', 'statefulsets'];
const scales = ['deployments/scale', 'replicasets/scale', 'statefulsets/scale'];
const statuses = workloads.map(each => `${each}/status`);

/** The roles that a real API server makes on its first start, as far as they speak of what is served here. */
export const clusterRoles: Json[] = [
  role('cluster-admin', [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ]),
  aggregated('admin'),
  aggregated('edit', 'admin'),
  aggregated('view', 'edit'),
  role('system:discovery', [
    {
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ],
      verbs: ['get'],
    },
  ]),
  role('system:public-info-viewer', [
    {
      nonResourceURLs: [
        '/healthz',
        '/livez',
        '/readyz',
        '/version',
        '/version/',
      ],
      verbs: ['get'],
    },
  ]),
  role('system:basic-user', [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    {
      apiGroups: ['authentication.k8s.io'],
      resources: ['selfsubjectreviews'],
      verbs: ['create'],
    },
  ]),
  role('system:service-account-issuer-discovery', [
    {
      nonResourceURLs: [
        '/.well-known/openid-configuration',
        '/.well-known/openid-configuration/',
        '/openid/v1/jwks',
        '/openid/v1/jwks/',
      ],
      verbs: ['get'],
    },
  ]),
  role('system:auth-delegator', [
    {
      apiGroups: ['authentication.k8s.io'],
      resources: ['tokenreviews'],
      verbs: ['create'],
    },
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['subjectaccessreviews'],
      verbs: ['create'],
    },
  ]),
  role(
    'system:aggregate-to-view',
    [
      {
        apiGroups: [''],
        resources: [
          'configmaps',
          'endpoints',
          'persistentvolumeclaims',
          'persistentvolumeclaims/status',
          'pods',
          'replicationcontrollers',
          'replicationcontrollers/scale',
          'serviceaccounts',
          'services',
          'services/status',
        ],
        verbs: read,
      },
      {
        apiGroups: [''],
        resources: [
          'bindings',
          'limitranges',
          'namespaces/status',
          'pods/log',
          'pods/status',
          'replicationcontrollers/status',
          'resourcequotas',
          'resourcequotas/status',
        ],
        verbs: read,
      },
      { apiGroups: [''], resources: ['namespaces'], verbs: read },
      { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: read },
      {
        apiGroups: ['discovery.k8s.io'],
        resources: ['endpointslices'],
        verbs: read,
      },
      {
        apiGroups: ['apps'],
        resources: [
          'controllerrevisions',
          ...workloads,
          ...scales,
          ...statuses,
        ],
        verbs: read,
      },
      {
        apiGroups: ['autoscaling'],
        resources: [
          'horizontalpodautoscalers',
          'horizontalpodautoscalers/status',
        ],
        verbs: read,
      },
      {
        apiGroups: ['batch'],
        resources: ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'],
        verbs: read,
      },
      {
        apiGroups: ['policy'],
        resources: ['poddisruptionbudgets', 'poddisruptionbudgets/status'],
        verbs: read,
      },
      {
        apiGroups: ['networking.k8s.io'],
        resources: ['ingresses', 'ingresses/status', 'networkpolicies'],
        verbs: read,
      },
    ],
    { [`${aggregate}-view`]: 'true' },
  ),
  role(
    'system:aggregate-to-edit',
    [
      {
        apiGroups: [''],
        resources: [
          'pods/attach',
          'pods/exec',
          'pods/portforward',
          'pods/proxy',
          'secrets',
          'services/proxy',
        ],
        verbs: read,
      },
      {
        apiGroups: [''],
        resources: ['serviceaccounts'],
        verbs: ['impersonate'],
      },
      {
        apiGroups: [''],
        resources: [
          'pods',
          'pods/attach',
          'pods/exec',
          'pods/portforward',
          'pods/proxy',
        ],
        verbs: write,
      },
      { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
      {
        apiGroups: [''],
        resources: [
          'configmaps',
          'persistentvolumeclaims',
          'replicationcontrollers',
          'replicationcontrollers/scale',
          'secrets',
          'serviceaccounts',
          'services',
          'services/proxy',
        ],
        verbs: write,
      },
      {
        apiGroups: [''],
        resources: ['serviceaccounts/token'],
        verbs: ['create'],
      },
      { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: write },
      {
        apiGroups: ['apps'],
        resources: [...workloads, ...scales],
        verbs: write,
      },
      {
        apiGroups: ['autoscaling'],
        resources: ['horizontalpodautoscalers'],
        verbs: write,
      },
      { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: write },
      {
        apiGroups: ['policy'],
        resources: ['poddisruptionbudgets'],
        verbs: write,
      },
      {
        apiGroups: ['networking.k8s.io'],
        resources: ['ingresses', 'networkpolicies'],
        verbs: write,
      },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        verbs: [...write, ...read].sort(),
      },
    ],
    { [`${aggregate}-edit`]: 'true' },
  ),
  role(
    'system:aggregate-to-admin',
    [
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['localsubjectaccessreviews'],
        verbs: ['create'],
      },
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['rolebindings', 'roles'],
        verbs: [...write, ...read].sort(),
      },
    ],
    { [`${aggregate}-admin`]: 'true' },
  ),
];

function binding(name: string, groups: string[]): Json {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: {
      name,
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
    },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name,
    },
    subjects: groups.map(group => ({
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Group',
      name: group,
    })),
  };
}

export const clusterRoleBindings: Json[] = [
  binding('cluster-admin', ['system:masters']),
  binding('system:basic-user', ['system:authenticated']),
  binding('system:discovery', ['system:authenticated']),
  binding('system:public-info-viewer', [
    'system:authenticated',
    'system:unauthenticated',
  ]),
  binding('system:service-account-issuer-discovery', [
    'system:serviceaccounts',
  ]),
];
