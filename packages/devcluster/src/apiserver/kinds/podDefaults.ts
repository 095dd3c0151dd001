import type { Json } from '../../store/KubernetesObject';

/** The defaults of a pod's spec, wherever it stands. Source: k8s.io/kubernetes pkg/apis/core/v1/defaults.go. */
export function applyPodSpecDefaults(spec: Json): void {
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.schedulerName ??= 'default-scheduler';
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  for (const container of [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
  ]) {
    applyContainerDefaults(container);
  }
  for (const volume of spec.volumes ?? []) applyVolumeDefaults(volume);
}

/** Requests that are not set follow the limits; only pods themselves get this, not their templates. */
export function applyRequestDefaults(spec: Json): void {
  for (const container of [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
  ]) {
    const { limits } = container.resources ?? {};
    if (!limits) continue;
    container.resources.requests = {
      ...limits,
      ...container.resources.requests,
    };
  }
  spec.enableServiceLinks ??= true;
}

export function applyContainerDefaults(container: Json): void {
  container.resources ??= {};
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  container.imagePullPolicy ??= hasLatestTag(container.image ?? '')
    ? 'Always'
    : 'IfNotPresent';
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const each of container.env ?? []) {
    if (each.valueFrom?.fieldRef) each.valueFrom.fieldRef.apiVersion ??= 'v1';
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (container[name]) applyProbeDefaults(container[name]);
  }
  for (const hook of ['postStart', 'preStop']) {
    const { httpGet } = container.lifecycle?.[hook] ?? {};
    if (httpGet) applyHttpDefaults(httpGet);
  }
}

function applyProbeDefaults(probe: Json): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  if (probe.httpGet) applyHttpDefaults(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
}

function applyHttpDefaults(httpGet: Json): void {
  httpGet.path ??= '/';
  httpGet.scheme ??= 'HTTP';
}

/** rw-r--r-- */
const defaultMode = 0o644;
/** An hour. */
const tokenLifetimeSeconds = 3600;

function applyVolumeDefaults(volume: Json): void {
  const { name: _, ...sources } = volume;
  if (!Object.keys(sources).length) volume.emptyDir = {};
  if (volume.secret) volume.secret.defaultMode ??= defaultMode;
  if (volume.configMap) volume.configMap.defaultMode ??= defaultMode;
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= defaultMode;
    applyDownwardDefaults(volume.downwardAPI);
  }
  if (volume.ephemeral?.volumeClaimTemplate?.spec) {
    volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem';
  }
  if (!volume.projected) return;
  volume.projected.defaultMode ??= defaultMode;
  for (const source of volume.projected.sources ?? []) {
    if (source.serviceAccountToken) {
      source.serviceAccountToken.expirationSeconds ??= tokenLifetimeSeconds;
    }
    if (source.downwardAPI) applyDownwardDefaults(source.downwardAPI);
  }
}

function applyDownwardDefaults({ items = [] }: Json): void {
  for (const { fieldRef } of items) if (fieldRef) fieldRef.apiVersion ??= 'v1';
}

function hasLatestTag(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}
