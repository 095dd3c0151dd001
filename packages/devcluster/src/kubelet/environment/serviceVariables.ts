import type { Service } from '@greenroom/controller-runtime';

/** The variables that Kubernetes gives every container of a namespace for the Services in it (`enableServiceLinks`). */
export function serviceVariables(
  services: readonly Service[],
): Map<string, string> {
  const result = new Map<string, string>();
  for (const service of services) {
    const { clusterIP, ports = [] } = service.spec ?? {};
    if (!clusterIP || clusterIP === 'None' || !ports.length) continue;
    const name = service.metadata.name!.toUpperCase().replace(/-/g, '_');
    result.set(`${name}_SERVICE_HOST`, clusterIP);
    result.set(`${name}_SERVICE_PORT`, String(ports[0].port));
    for (const port of ports) {
      if (!port.name) continue;
      const portName = port.name.toUpperCase().replace(/-/g, '_');
      result.set(`${name}_SERVICE_PORT_${portName}`, String(port.port));
    }
    const [first] = ports;
    const url = `${(first.protocol ?? 'TCP').toLowerCase()}://${clusterIP}:${
      first.port
    }`;
    result.set(`${name}_PORT`, url);
  }
  return result;
}
