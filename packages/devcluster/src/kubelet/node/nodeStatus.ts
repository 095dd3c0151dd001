import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import type { Node } from '@greenroom/controller-runtime';
import { timestamp } from '../pods/timestamp';

/** A node takes 110 pods unless configured otherwise. */
const MAX_PODS = 110;

/** What this machine offers to pods. Nothing is held back: requests and limits are hints here. */
export function nodeResources(): Record<string, string> {
  return {
    cpu: String(cpus().length),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    'ephemeral-storage': '1Ti',
    pods: String(MAX_PODS),
  };
}

/** The labels every node has. */
export function nodeLabels(name: string): Record<string, string> {
  const architecture = arch() === 'x64' ? 'amd64' : arch();
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': platform(),
    'kubernetes.io/arch': architecture,
    'node.kubernetes.io/instance-type': 'process',
  };
}

type NodeStatus = NonNullable<Node['status']>;
type NodeCondition = NonNullable<NodeStatus['conditions']>[number];

/** The node's status; `before` keeps the times of conditions that have not changed. */
export function nodeStatus(options: {
  before: readonly NodeCondition[];
  hostIP: string;
  isReady: boolean;
  now: number;
}): NodeStatus {
  const { before, hostIP, isReady, now } = options;
  const resources = nodeResources();
  const condition = (
    type: string,
    status: string,
    reason: string,
    message: string,
  ): NodeCondition => {
    const old = before.find(each => each.type === type);
    return {
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: timestamp(now),
      lastTransitionTime:
        (old?.status === status && old.lastTransitionTime) || timestamp(now),
    };
  };
  return {
    capacity: resources,
    allocatable: resources,
    addresses: [
      { type: 'InternalIP', address: hostIP },
      { type: 'Hostname', address: hostname() },
    ],
    conditions: [
      condition(
        'MemoryPressure',
        'False',
        'KubeletHasSufficientMemory',
        'memory is not watched',
      ),
      condition(
        'DiskPressure',
        'False',
        'KubeletHasNoDiskPressure',
        'disks are not watched',
      ),
      condition(
        'PIDPressure',
        'False',
        'KubeletHasSufficientPID',
        'processes are not counted',
      ),
      isReady
        ? condition(
            'Ready',
            'True',
            'KubeletReady',
            'kubelet is posting ready status',
          )
        : condition(
            'Ready',
            'False',
            'KubeletNotReady',
            'devcluster was stopped',
          ),
    ],
    nodeInfo: {
      architecture: nodeLabels('')['kubernetes.io/arch'],
      bootID: '',
      containerRuntimeVersion: `process://${process.versions.node}`,
      kernelVersion: release(),
      kubeProxyVersion: '',
      kubeletVersion: 'v1.36.3',
      machineID: '',
      operatingSystem: platform(),
      osImage: 'devcluster (local processes)',
      systemUUID: '',
    },
  };
}
