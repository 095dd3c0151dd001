import type { OperatorConfig } from '../config/OperatorConfig';

/** Names and addresses under which the operator's server is reached. Sidecars always ask for the first. */
export function serverNames(config: OperatorConfig): string[] {
  const { serviceName, namespace, webhookUrl } = config;
  const names = [
    'greenroom-operator',
    serviceName,
    `${serviceName}.${namespace}`,
    `${serviceName}.${namespace}.svc`,
    `${serviceName}.${namespace}.svc.cluster.local`,
    'localhost',
    '127.0.0.1',
  ];
  if (webhookUrl) names.push(new URL(webhookUrl).hostname);
  return [...new Set(names)];
}
