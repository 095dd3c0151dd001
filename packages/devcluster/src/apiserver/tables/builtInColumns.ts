import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { ageOf, humanDuration } from './age';
import { podCells } from './podCells';
import type { TableColumn } from './TableColumn';

type Cell = TableColumn['cell'];

/** The name of a column, `wide` columns starting with a `+`, and its cell. */
function column(
  title: string,
  cell: Cell,
  type: TableColumn['type'] = 'string',
): TableColumn {
  const wide = title.startsWith('+');
  const name = wide ? title.slice(1) : title;
  return {
    name,
    type,
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: wide ? 1 : 0,
    cell,
  };
}

const name = column('Name', ({ metadata }) => metadata.name);
const age = column('Age', ({ metadata }, now) =>
  ageOf(metadata.creationTimestamp, now),
);
const createdAt = column(
  'Created At',
  ({ metadata }) => metadata.creationTimestamp,
  'date',
);

/** What a kind without columns of its own shows. */
export const defaultColumns: TableColumn[] = [name, createdAt];

const count = (values: Json): number =>
  Array.isArray(values) ? values.length : Object.keys(values ?? {}).length;
const orNone = (text: string | undefined): string => text || '<none>';
const containersOf = (object: KubernetesObject): Json[] =>
  object.spec?.template?.spec?.containers ?? object.spec?.containers ?? [];
const containers = column('+Containers', each =>
  containersOf(each)
    .map(c => c.name)
    .join(','),
);
const images = column('+Images', each =>
  containersOf(each)
    .map(c => c.image)
    .join(','),
);
const selector = column('+Selector', ({ spec }) =>
  formatSelector(spec?.selector),
);

/** A label selector as `kubectl` writes it. */
export function formatSelector(value: Json): string {
  if (!value) return '<none>';
  const labels = value.matchLabels ?? (value.matchExpressions ? {} : value);
  const parts = Object.entries(labels).map(([key, each]) => `${key}=${each}`);
  for (const { key, operator, values = [] } of value.matchExpressions ?? []) {
    if (operator === 'Exists') parts.push(key);
    else if (operator === 'DoesNotExist') parts.push(`!${key}`);
    else
      parts.push(
        `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`,
      );
  }
  return orNone(parts.join(','));
}

function jobStatus({ status = {}, spec, metadata }: KubernetesObject): string {
  const has = (type: string) =>
    status.conditions?.some(
      (each: Json) => each.type === type && each.status === 'True',
    );
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  if (has('Suspended') || spec?.suspend) return 'Suspended';
  return has('FailureTarget') ? 'FailureTarget' : 'Running';
}

function jobDuration({ status }: KubernetesObject, now: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return humanDuration(end - Date.parse(status.startTime));
}

function servicePorts({ spec }: KubernetesObject): string {
  const ports: Json[] = spec?.ports ?? [];
  return orNone(
    ports
      .map(({ port, nodePort, protocol }) =>
        nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
      )
      .join(','),
  );
}

function endpointsOf({ subsets = [] }: KubernetesObject): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }: Json) =>
    addresses.flatMap(({ ip }: Json) =>
      ports.length ? ports.map(({ port }: Json) => `${ip}:${port}`) : [ip],
    ),
  );
  if (!all.length) return '<none>';
  return all.length > 3
    ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...`
    : all.join(',');
}

function nodeStatus({ status, spec }: KubernetesObject): string {
  const ready = status?.conditions?.find(({ type }: Json) => type === 'Ready');
  const unready = ready ? 'NotReady' : 'Unknown';
  const words = [ready?.status === 'True' ? 'Ready' : unready];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function nodeRoles({ metadata }: KubernetesObject): string {
  const prefix = 'node-role.kubernetes.io/';
  return orNone(
    Object.keys(metadata.labels ?? {})
      .filter(label => label.startsWith(prefix))
      .map(label => label.slice(prefix.length))
      .sort()
      .join(','),
  );
}

function eventAge(
  { lastTimestamp, eventTime, series, metadata }: KubernetesObject,
  now: number,
) {
  return ageOf(
    series?.lastObservedTime ??
      lastTimestamp ??
      eventTime ??
      metadata.creationTimestamp,
    now,
  );
}

function subjects(kind: string): Cell {
  return each =>
    (each.subjects ?? [])
      .filter((subject: Json) => subject.kind === kind)
      .map((subject: Json) =>
        kind === 'ServiceAccount'
          ? `${subject.namespace}/${subject.name}`
          : subject.name,
      )
      .join(', ');
}
const bindingColumns = [
  name,
  column('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  age,
  column('+Users', subjects('User')),
  column('+Groups', subjects('Group')),
  column('+ServiceAccounts', subjects('ServiceAccount')),
];

const address = ({ status }: KubernetesObject, type: string): string =>
  orNone(status?.addresses?.find((each: Json) => each.type === type)?.address);
const integer = 'integer' as const;
const webhooks = [
  name,
  column('Webhooks', each => count(each.webhooks), integer),
  age,
];
const replicaColumns = [
  name,
  column('Desired', ({ spec }) => spec?.replicas ?? 0, integer),
  column('Current', ({ status }) => status?.replicas ?? 0, integer),
  column('Ready', ({ status }) => status?.readyReplicas ?? 0, integer),
  age,
  containers,
  images,
  selector,
];

const columns: Record<string, TableColumn[]> = {
  'v1 ConfigMap': [
    name,
    column('Data', each => count(each.data) + count(each.binaryData)),
    age,
  ],
  'v1 Endpoints': [name, column('Endpoints', endpointsOf), age],
  'v1 Event': [
    column('Last Seen', eventAge),
    column('Type', each => each.type),
    column('Reason', each => each.reason),
    column(
      'Object',
      ({ involvedObject: o }) => `${o?.kind?.toLowerCase()}/${o?.name}`,
    ),
    column(
      '+Subobject',
      ({ involvedObject }) => involvedObject?.fieldPath ?? '',
    ),
    column('+Source', ({ source, reportingComponent }) =>
      [source?.component ?? reportingComponent, source?.host]
        .filter(Boolean)
        .join(', '),
    ),
    column('Message', each => each.message?.trim()),
    column('+First Seen', (each, now) =>
      ageOf(each.firstTimestamp ?? each.eventTime, now),
    ),
    column('+Count', each => each.series?.count ?? each.count ?? 1),
    column('+Name', ({ metadata }) => metadata.name),
  ],
  'v1 LimitRange': [name, createdAt],
  'v1 Namespace': [
    name,
    column('Status', ({ status }) => status?.phase ?? ''),
    age,
  ],
  'v1 Node': [
    name,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    age,
    column('Version', ({ status }) => status?.nodeInfo?.kubeletVersion),
    column('+Internal-IP', each => address(each, 'InternalIP')),
    column('+External-IP', each => address(each, 'ExternalIP')),
    column('+OS-Image', ({ status }) => status?.nodeInfo?.osImage),
    column('+Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion),
    column(
      '+Container-Runtime',
      ({ status }) => status?.nodeInfo?.containerRuntimeVersion,
    ),
  ],
  'v1 PersistentVolumeClaim': [
    name,
    column('Status', ({ status, metadata }) =>
      metadata.deletionTimestamp ? 'Terminating' : status?.phase ?? '',
    ),
    column('Volume', ({ spec }) => spec?.volumeName ?? ''),
    column('Capacity', ({ status }) => status?.capacity?.storage ?? ''),
    column('Access Modes', ({ status }) => accessModes(status?.accessModes)),
    column('StorageClass', ({ spec }) => spec?.storageClassName ?? ''),
    column(
      'VolumeAttributesClass',
      ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    ),
    age,
    column('+VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
  ],
  'v1 Pod': [
    name,
    column('Ready', each => podCells(each).ready),
    column('Status', each => podCells(each).status),
    column('Restarts', (each, now) => podCells(each, now).restarts),
    age,
    column('+IP', ({ status }) => orNone(status?.podIP)),
    column('+Node', ({ spec }) => orNone(spec?.nodeName)),
    column('+Nominated Node', ({ status }) =>
      orNone(status?.nominatedNodeName),
    ),
    column('+Readiness Gates', () => '<none>'),
  ],
  'v1 ReplicationController': replicaColumns,
  'v1 ResourceQuota': [
    name,
    column('Request', each => quotaCells(each, false)),
    column('Limit', each => quotaCells(each, true)),
    age,
  ],
  'v1 Secret': [
    name,
    column('Type', each => each.type),
    column('Data', each => count(each.data)),
    age,
  ],
  'v1 ServiceAccount': [name, age],
  'v1 Service': [
    name,
    column('Type', ({ spec }) => spec?.type),
    column('Cluster-IP', ({ spec }) => orNone(spec?.clusterIP)),
    column('External-IP', ({ spec }) =>
      spec?.type === 'ExternalName'
        ? spec.externalName
        : orNone(spec?.externalIPs?.join(',')),
    ),
    column('Port(s)', servicePorts),
    age,
    selector,
  ],
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': webhooks,
  'apps/v1 Deployment': [
    name,
    column(
      'Ready',
      ({ status, spec }) =>
        `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    ),
    column('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0, integer),
    column(
      'Available',
      ({ status }) => status?.availableReplicas ?? 0,
      integer,
    ),
    age,
    containers,
    images,
    selector,
  ],
  'apps/v1 ReplicaSet': replicaColumns,
  'apps/v1 StatefulSet': [
    name,
    column(
      'Ready',
      ({ status, spec }) =>
        `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    ),
    age,
    containers,
    images,
  ],
  'apps/v1 DaemonSet': [
    name,
    column(
      'Desired',
      ({ status }) => status?.desiredNumberScheduled ?? 0,
      integer,
    ),
    column(
      'Current',
      ({ status }) => status?.currentNumberScheduled ?? 0,
      integer,
    ),
    column('Ready', ({ status }) => status?.numberReady ?? 0, integer),
    column(
      'Up-to-date',
      ({ status }) => status?.updatedNumberScheduled ?? 0,
      integer,
    ),
    column('Available', ({ status }) => status?.numberAvailable ?? 0, integer),
    column('Node Selector', ({ spec }) =>
      formatSelector(spec?.template?.spec?.nodeSelector),
    ),
    age,
    containers,
    images,
    selector,
  ],
  'batch/v1 CronJob': [
    name,
    column('Schedule', ({ spec }) => spec?.schedule),
    column('Timezone', ({ spec }) => orNone(spec?.timeZone)),
    column('Suspend', ({ spec }) => (spec?.suspend ? 'True' : 'False')),
    column('Active', ({ status }) => count(status?.active), integer),
    column('Last Schedule', ({ status }, now) =>
      status?.lastScheduleTime ? ageOf(status.lastScheduleTime, now) : '<none>',
    ),
    age,
  ],
  'batch/v1 Job': [
    name,
    column('Status', jobStatus),
    column(
      'Completions',
      ({ status, spec }) =>
        `${status?.succeeded ?? 0}/${spec?.completions ?? 1}`,
    ),
    column('Duration', jobDuration),
    age,
    containers,
    images,
    selector,
  ],
  'coordination.k8s.io/v1 Lease': [
    name,
    column('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
    age,
  ],
  'discovery.k8s.io/v1 EndpointSlice': [
    name,
    column('AddressType', each => each.addressType),
    column('Ports', ({ ports = [] }) =>
      orNone(ports.map((each: Json) => each.port).join(',')),
    ),
    column('Endpoints', ({ endpoints = [] }) =>
      orNone(endpoints.flatMap((each: Json) => each.addresses).join(',')),
    ),
    age,
  ],
  'networking.k8s.io/v1 NetworkPolicy': [
    name,
    column('Pod-Selector', ({ spec }) => formatSelector(spec?.podSelector)),
    age,
  ],
  'networking.k8s.io/v1 Ingress': [
    name,
    column('Class', ({ spec }) => orNone(spec?.ingressClassName)),
    column(
      'Hosts',
      ({ spec }) =>
        spec?.rules?.map((each: Json) => each.host ?? '*').join(',') ?? '*',
    ),
    column('Address', () => ''),
    column('Ports', ({ spec }) => (spec?.tls ? '80, 443' : '80')),
    age,
  ],
  'policy/v1 PodDisruptionBudget': [
    name,
    column('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    column('Max Unavailable', ({ spec }) =>
      String(spec?.maxUnavailable ?? 'N/A'),
    ),
    column(
      'Allowed Disruptions',
      ({ status }) => status?.disruptionsAllowed ?? 0,
      integer,
    ),
    age,
  ],
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': bindingColumns,
  'rbac.authorization.k8s.io/v1 RoleBinding': bindingColumns,
  'scheduling.k8s.io/v1 PriorityClass': [
    name,
    column('Value', each => each.value, integer),
    column('Global-Default', each => String(Boolean(each.globalDefault))),
    age,
    column('PreemptionPolicy', each => each.preemptionPolicy),
  ],
  'storage.k8s.io/v1 StorageClass': [
    name,
    column('Provisioner', each => each.provisioner),
    column('ReclaimPolicy', each => each.reclaimPolicy ?? 'Delete'),
    column('VolumeBindingMode', each => each.volumeBindingMode ?? 'Immediate'),
    column('AllowVolumeExpansion', each =>
      String(Boolean(each.allowVolumeExpansion)),
    ),
    age,
  ],
};
columns['events.k8s.io/v1 Event'] = columns['v1 Event'];

function accessModes(modes: string[] = []): string {
  const short: Record<string, string> = {
    ReadWriteOnce: 'RWO',
    ReadOnlyMany: 'ROX',
    ReadWriteMany: 'RWX',
    ReadWriteOncePod: 'RWOP',
  };
  return modes.map(mode => short[mode] ?? mode).join(',');
}

function quotaCells({ status }: KubernetesObject, limits: boolean): string {
  return Object.entries(status?.hard ?? {})
    .filter(([resource]) => resource.startsWith('limits.') === limits)
    .map(
      ([resource, hard]) =>
        `${resource}: ${status?.used?.[resource] ?? '0'}/${hard}`,
    )
    .join(', ');
}

/** The columns of a built-in kind. */
export function columnsOf(apiVersion: string, kind: string): TableColumn[] {
  return columns[`${apiVersion} ${kind}`] ?? defaultColumns;
}
