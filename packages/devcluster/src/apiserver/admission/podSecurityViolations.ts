import type { Json } from '../../store/KubernetesObject';

export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

const baselineCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const restrictedVolumes = new Set(
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(
    ' ',
  ),
);
const safeSeccomp = new Set(['RuntimeDefault', 'Localhost']);

function allContainers(spec: Json): Json[] {
  return [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
}

function named(containers: Json[]): string {
  const names = containers.map(each => JSON.stringify(each.name)).join(', ');
  return containers.length > 1 ? `containers ${names}` : `container ${names}`;
}

/** What of a pod breaks a Pod Security Standard, in the words of Kubernetes. */
export function podSecurityViolations(
  level: PodSecurityLevel,
  spec: Json,
): string[] {
  if (level === 'privileged') return [];
  const violations = baselineViolations(spec);
  if (level === 'restricted') violations.push(...restrictedViolations(spec));
  return violations;
}

function baselineViolations(spec: Json): string[] {
  const violations: string[] = [];
  const containers = allContainers(spec);
  const hosts = ['hostNetwork', 'hostPID', 'hostIPC'].filter(
    each => spec[each],
  );
  if (hosts.length) {
    violations.push(
      `host namespaces (${hosts.map(each => `${each}=true`).join(', ')})`,
    );
  }
  const privileged = containers.filter(
    each => each.securityContext?.privileged,
  );
  if (privileged.length) {
    violations.push(
      `privileged (${named(
        privileged,
      )} must not set securityContext.privileged=true)`,
    );
  }
  const added = containers.filter(each =>
    each.securityContext?.capabilities?.add?.some(
      (name: string) => !baselineCapabilities.has(name),
    ),
  );
  if (added.length) {
    const names = [
      ...new Set(
        added.flatMap(each =>
          each.securityContext.capabilities.add.filter(
            (name: string) => !baselineCapabilities.has(name),
          ),
        ),
      ),
    ].sort();
    violations.push(
      `non-default capabilities (${named(added)} must not include ${names
        .map(each => JSON.stringify(each))
        .join(', ')} in securityContext.capabilities.add)`,
    );
  }
  const hostPaths = (spec.volumes ?? []).filter((each: Json) => each.hostPath);
  if (hostPaths.length) {
    violations.push(
      `hostPath volumes (volume${hostPaths.length > 1 ? 's' : ''} ${hostPaths
        .map((each: Json) => JSON.stringify(each.name))
        .join(', ')})`,
    );
  }
  const hostPorts = containers.filter(each =>
    each.ports?.some((port: Json) => port.hostPort),
  );
  if (hostPorts.length) {
    const ports = hostPorts.flatMap(each =>
      each.ports.map((port: Json) => port.hostPort).filter(Boolean),
    );
    violations.push(
      `hostPort (${named(hostPorts)} ${
        hostPorts.length > 1 ? 'use' : 'uses'
      } hostPort${ports.length > 1 ? 's' : ''} ${ports.join(', ')})`,
    );
  }
  return violations;
}

function restrictedViolations(spec: Json): string[] {
  const violations: string[] = [];
  const containers = allContainers(spec);
  const escalating = containers.filter(
    each => each.securityContext?.allowPrivilegeEscalation !== false,
  );
  if (escalating.length) {
    violations.push(
      `allowPrivilegeEscalation != false (${named(
        escalating,
      )} must set securityContext.allowPrivilegeEscalation=false)`,
    );
  }
  const undropped = containers.filter(
    each => !each.securityContext?.capabilities?.drop?.includes('ALL'),
  );
  const adding = containers.filter(each =>
    each.securityContext?.capabilities?.add?.some(
      (name: string) => name !== 'NET_BIND_SERVICE',
    ),
  );
  if (undropped.length || adding.length) {
    const parts = [];
    if (undropped.length) {
      parts.push(
        `${named(
          undropped,
        )} must set securityContext.capabilities.drop=["ALL"]`,
      );
    }
    if (adding.length) {
      const names = [
        ...new Set(
          adding.flatMap(each => each.securityContext.capabilities.add),
        ),
      ]
        .filter(each => each !== 'NET_BIND_SERVICE')
        .sort();
      parts.push(
        `${named(adding)} must not include ${names
          .map(each => JSON.stringify(each))
          .join(', ')} in securityContext.capabilities.add`,
      );
    }
    violations.push(`unrestricted capabilities (${parts.join('; ')})`);
  }
  const volumes = (spec.volumes ?? []).filter((each: Json) =>
    Object.keys(each).some(
      key => key !== 'name' && !restrictedVolumes.has(key),
    ),
  );
  if (volumes.length) {
    const types = volumes.map((each: Json) =>
      Object.keys(each).find(key => key !== 'name'),
    );
    violations.push(
      `restricted volume types (volume${volumes.length > 1 ? 's' : ''} ${volumes
        .map((each: Json) => JSON.stringify(each.name))
        .join(', ')} ${
        volumes.length > 1 ? 'use' : 'uses'
      } restricted volume type${types.length > 1 ? 's' : ''} ${types
        .map((each: string) => JSON.stringify(each))
        .join(', ')})`,
    );
  }
  const podNonRoot = spec.securityContext?.runAsNonRoot;
  const rooted = containers.filter(
    each => (each.securityContext?.runAsNonRoot ?? podNonRoot) !== true,
  );
  if (rooted.length) {
    violations.push(
      podNonRoot === false
        ? 'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)'
        : `runAsNonRoot != true (pod or ${named(
            rooted,
          )} must set securityContext.runAsNonRoot=true)`,
    );
  }
  const rootUsers = containers.filter(
    each => each.securityContext?.runAsUser === 0,
  );
  if (spec.securityContext?.runAsUser === 0 || rootUsers.length) {
    violations.push(
      `runAsUser=0 (${
        rootUsers.length ? named(rootUsers) : 'pod'
      } must not set runAsUser=0)`,
    );
  }
  const podSeccomp = safeSeccomp.has(
    spec.securityContext?.seccompProfile?.type,
  );
  const unconfined = containers.filter(each => {
    const own = each.securityContext?.seccompProfile?.type;
    return own ? !safeSeccomp.has(own) : !podSeccomp;
  });
  if (unconfined.length) {
    violations.push(
      `seccompProfile (pod or ${named(
        unconfined,
      )} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
    );
  }
  return violations;
}
