import {
  Deployment,
  done,
  NetworkPolicy,
  Pod,
  resourceType,
  Service,
  type ObjectKey,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { annotations, labels, parseDuration, Tool } from '@greenroom/kinds';
import { PeriodicChecks } from '../../checks/PeriodicChecks';
import { probeMcp, type McpProbe } from '../../checks/probeMcp';
import { digestOf } from '../../objects/digestOf';
import { managedSelector, NameConflictError } from '../../objects/OwnedObjects';
import { readPod } from '../../podState/readPod';
import type { Platform } from '../../pods/Platform';
import {
  toolDeployment,
  toolNetworkPolicy,
  toolObjectName,
  toolService,
} from '../../pods/toolServer';
import {
  claimConditions,
  toKubernetesTime,
} from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';
import { decideTool, type ToolObstacle } from './decideTool';

/** Value of the approval annotation that the pins were made for. */
const approvedWith = 'greenroom.dev/approved-tools';
/** A probe that finds nothing new is written down this seldom. */
const lastProbeMs = 600_000;
const shortestIntervalMs = 10_000;

/** Adds the controller of Tools. */
export function registerTools(
  services: ControllerServices,
  platform: Platform,
): void {
  const { manager } = services;
  const checks = new PeriodicChecks<McpProbe>({
    // eslint-disable-next-line @typescript-eslint/no-use-before-define -- called only when the controller is there
    onResult: key => controller.queue.add(key),
    onError: error => ({
      ok: false,
      reason: 'ProtocolError',
      message: (error as Error).message,
    }),
  });
  const managed = { informer: { labelSelector: managedSelector } };
  const controller = manager
    .controller({
      name: 'tool',
      workers: 2,
      reconciler: {
        reconcile: key => reconcileTool(services, checks, platform, key),
      },
    })
    .for(resourceType<Tool>(Tool), { predicate: isSpecChange })
    .owns(Deployment, managed)
    .watches(
      Pod,
      ({ metadata }) => {
        const name = metadata.labels?.[labels.tool];
        return name ? [{ namespace: metadata.namespace, name }] : [];
      },
      managed,
    );
  manager.add({
    name: 'tool probes',
    start: () => {},
    stop: () => checks.stop(),
  });
}

async function reconcileTool(
  services: ControllerServices,
  checks: PeriodicChecks<McpProbe>,
  platform: Platform,
  { namespace = '', name }: ObjectKey,
): Promise<ReconcileResult> {
  const { view, client, statuses, now } = services;
  const tool = view.tools.get({ namespace, name });
  const key = `${namespace}/${name}`;
  if (!tool || tool.metadata.deletionTimestamp) {
    checks.forget(key);
    return done;
  }
  const obstacle = await obstacleOf(services, tool, platform);
  const address = obstacle ? undefined : addressOf(services, tool);
  const checked = address
    ? checks.want(key, await probeOf(services, tool, address))
    : undefined;
  const approval = tool.metadata.annotations?.[annotations.approveTools];
  const decision = decideTool({
    tool,
    ...(obstacle ? { obstacle } : {}),
    probe: checked?.result,
    isApproved:
      approval !== undefined &&
      approval !== tool.metadata.annotations?.[approvedWith] &&
      tool.status?.phase === 'Drifted',
  });
  const { status } = tool;
  const isStale =
    checked &&
    checked.at - Date.parse(status?.lastProbe ?? '1970-01-01T00:00:00Z') >
      lastProbeMs;
  const lastProbe =
    isStale || (checked && decision.phase !== status?.phase)
      ? toKubernetesTime(new Date(checked.at))
      : status?.lastProbe;
  const pinnedAt = decision.pins ? toKubernetesTime(now()) : status?.pinnedAt;
  const server = checked?.result.ok
    ? checked.result.server
    : status?.serverInfo;
  await statuses.write(Tool, tool, {
    observedGeneration: tool.metadata.generation,
    phase: decision.phase,
    ...(shownUrl(services, tool) ? { url: shownUrl(services, tool) } : {}),
    ...(decision.tools ? { tools: [...decision.tools] } : {}),
    ...(pinnedAt ? { pinnedAt } : {}),
    ...(lastProbe ? { lastProbe } : {}),
    ...(server ? { serverInfo: { ...server } } : {}),
    conditions: claimConditions(
      status?.conditions,
      decision.claims,
      tool.metadata.generation,
      now(),
    ),
  });
  if (
    decision.pins &&
    approval !== undefined &&
    approval !== tool.metadata.annotations?.[approvedWith]
  ) {
    await client.patch(resourceType<Tool>(Tool), { namespace, name }, 'merge', {
      metadata: { annotations: { [approvedWith]: approval } },
    });
  }
  return obstacle?.reason === 'SecretNotFound'
    ? { requeueAfter: 15_000 }
    : done;
}

/** Makes the server of a Tool that has one, and says what keeps it from being asked. */
async function obstacleOf(
  services: ControllerServices,
  tool: Tool,
  platform: Platform,
): Promise<ToolObstacle | undefined> {
  const { objects, secrets } = services;
  const { server, remote } = tool.spec;
  const { namespace, name } = tool.metadata;
  if (remote) {
    const ref = remote.secretRef;
    const presence =
      ref && (await secrets.presence(namespace, ref.name, ref.key));
    if (presence !== 'SecretMissing' && presence !== 'KeyMissing')
      return undefined;
    return {
      reason: 'SecretNotFound',
      message: `Key "${ref?.key}" of Secret "${ref?.name}" does not exist in namespace "${namespace}". Create it, or correct remote.secretRef.`,
    };
  }
  if (!server)
    return {
      reason: 'NotSupported',
      message:
        'Connections are stored, but nothing acts on them yet. Use server or remote.',
    };
  if (server.transport === 'stdio' || server.perSession) {
    return {
      reason: 'NotSupported',
      message: `${
        server.perSession ? 'A server for each session' : 'A server on stdio'
      } is stored, but nothing acts on it yet. Use one server with transport streamable-http or sse.`,
    };
  }
  try {
    await objects.ensure(Service, toolService(tool));
    await objects.ensure(NetworkPolicy, toolNetworkPolicy(tool, platform));
    await objects.ensure(Deployment, toolDeployment(tool, platform));
  } catch (error) {
    if (error instanceof NameConflictError)
      return { reason: 'NameConflict', message: error.message };
    throw error;
  }
  const pods = services.pods.informer
    .list(namespace)
    .filter(({ metadata }) => metadata.labels?.[labels.tool] === name);
  const states = pods.map(readPod);
  if (states.some(state => state.state === 'running' && state.ready))
    return undefined;
  const troubled = states.find(state => 'trouble' in state && state.trouble);
  return troubled && 'trouble' in troubled && troubled.trouble
    ? { reason: troubled.trouble.reason, message: troubled.trouble.message }
    : { reason: 'Starting', message: 'Its pod is starting.' };
}

/** Where the operator reaches the server. */
function addressOf(
  { objects }: ControllerServices,
  { metadata, spec }: Tool,
): string | undefined {
  if (spec.remote) return spec.remote.url;
  const service = objects.get(Service, {
    namespace: metadata.namespace,
    name: toolObjectName(metadata.name),
  });
  const host = service?.spec?.clusterIP;
  if (!host || !spec.server) return undefined;
  return `http://${host.includes(':') ? `[${host}]` : host}:${
    spec.server.port
  }${spec.server.path}`;
}

/** Where people find it. */
function shownUrl(
  { view }: ControllerServices,
  { metadata, spec }: Tool,
): string | undefined {
  if (spec.remote) return spec.remote.url;
  if (!spec.server) return undefined;
  const domain = view.config?.spec.clusterDomain ?? 'cluster.local';
  return `http://${toolObjectName(metadata.name)}.${
    metadata.namespace
  }.svc.${domain}:${spec.server.port}${spec.server.path}`;
}

async function probeOf(
  { secrets }: ControllerServices,
  tool: Tool,
  url: string,
) {
  const { remote, server, probe } = tool.spec;
  const transport =
    remote?.transport ??
    (server?.transport === 'sse'
      ? ('sse' as const)
      : ('streamable-http' as const));
  const { namespace } = tool.metadata;
  const timeoutMs = parseDuration(probe?.timeout ?? '10s');
  return {
    digest: digestOf([
      url,
      transport,
      remote?.headers,
      remote?.secretRef,
      remote?.auth,
      timeoutMs,
    ]),
    intervalMs: Math.max(
      shortestIntervalMs,
      parseDuration(probe?.interval ?? '1m'),
    ),
    // The Secret is read for each probe: it may have been rotated, and is not kept.
    run: async () => {
      const ref = remote?.secretRef;
      const secret =
        ref && (await secrets.values(namespace, ref.name))?.[ref.key];
      const headers = {
        ...remote?.headers,
        ...credentialHeader(remote?.auth, secret),
      };
      return await probeMcp({ url, transport, headers, timeoutMs });
    },
  };
}

function credentialHeader(
  auth: NonNullable<Tool['spec']['remote']>['auth'],
  secret: string | undefined,
): Record<string, string> {
  if (!secret || auth?.type === 'None') return {};
  if (auth?.type === 'Header' && auth.header) return { [auth.header]: secret };
  if (auth?.type === 'Basic')
    return { authorization: `Basic ${Buffer.from(secret).toString('base64')}` };
  return { authorization: `Bearer ${secret}` };
}
