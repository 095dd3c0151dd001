import type {
  Deployment,
  NetworkPolicy,
  Service,
} from '@greenroom/controller-runtime';
import { labels, managedByGreenroom, type Tool } from '@greenroom/kinds';
import { imagePullPolicy } from './imagePullPolicy';
import { ownedMetadata } from './ownedObject';
import type { Platform } from './Platform';
import { labelValue } from './podMetadata';
import { defaultResources } from './podResources';
import { restrictedContainer, restrictedPod } from './restricted';
import { mergedResources, withExtraEnv } from './systemContainer';

/** Name of the Deployment and Service of a tool server: an Agent of the same name has its own. */
export function toolObjectName(tool: string): string {
  return `tool-${tool}`;
}

function toolLabels(name: string): Record<string, string> {
  return {
    [labels.tool]: labelValue(name),
    [labels.name]: 'greenroom-tool',
    [labels.instance]: labelValue(toolObjectName(name)),
    [labels.component]: 'tool',
    [labels.managedBy]: managedByGreenroom,
  };
}

function metadataOf(tool: Tool) {
  const { name, namespace } = tool.metadata;
  return ownedMetadata(tool, {
    name: toolObjectName(name),
    namespace,
    labels: toolLabels(name),
  });
}

/** The server of a Tool: one pod, restricted like an agent's, with no right in the cluster. */
export function toolDeployment(tool: Tool, platform: Platform): Deployment {
  const { server } = tool.spec;
  const { name } = tool.metadata;
  if (!server) throw new Error(`Tool "${name}" has no server.`);
  return {
    metadata: metadataOf(tool),
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: toolLabels(name) },
      template: {
        metadata: { labels: toolLabels(name) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: restrictedPod(platform.assignsUserIds),
          ...(server.imagePullSecrets?.length
            ? { imagePullSecrets: server.imagePullSecrets }
            : {}),
          containers: [
            {
              name: 'server',
              image: server.image,
              imagePullPolicy: imagePullPolicy(server.image),
              ...(server.command ? { command: server.command } : {}),
              ...(server.args ? { args: server.args } : {}),
              env: withExtraEnv(
                [{ name: 'PORT', value: String(server.port) }],
                server.env ?? [],
              ),
              ports: [
                { name: 'mcp', containerPort: server.port, protocol: 'TCP' },
              ],
              readinessProbe: {
                tcpSocket: { port: server.port },
                periodSeconds: 2,
              },
              resources: mergedResources(
                defaultResources.init,
                server.resources,
              ),
              securityContext: restrictedContainer,
              volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            },
          ],
          volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }],
        },
      },
    },
  };
}

/** Where sidecars reach the server. */
export function toolService(tool: Tool): Service {
  const port = tool.spec.server?.port ?? 0;
  return {
    metadata: metadataOf(tool),
    spec: {
      type: 'ClusterIP',
      selector: toolLabels(tool.metadata.name),
      ports: [{ name: 'mcp', port, targetPort: port, protocol: 'TCP' }],
    },
  };
}

/** Only agents of the namespace, whose sidecars judge each call, and the operator's probe may speak with the server. */
export function toolNetworkPolicy(
  tool: Tool,
  { operatorNamespace }: Platform,
): NetworkPolicy {
  return {
    metadata: metadataOf(tool),
    spec: {
      podSelector: { matchLabels: toolLabels(tool.metadata.name) },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              podSelector: {
                matchLabels: { [labels.name]: 'greenroom-agent' },
              },
            },
            {
              namespaceSelector: {
                matchLabels: {
                  'kubernetes.io/metadata.name': operatorNamespace,
                },
              },
            },
          ],
          ports: [{ port: tool.spec.server?.port ?? 0, protocol: 'TCP' }],
        },
      ] as never,
    },
  };
}
