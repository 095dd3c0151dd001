import type { Pod, ReplicaSet } from '@greenroom/controller-runtime';
import { decideReplicaSet } from './decideReplicaSet';

const now = Date.parse('2026-01-01T01:00:00Z');
const at = (secondsAgo: number) =>
  new Date(now - secondsAgo * 1000).toISOString().replace('.000', '');

const aSet = (
  replicas: number,
  changes: { minReadySeconds?: number; deletionTimestamp?: string } = {},
): ReplicaSet => ({
  metadata: {
    name: 's',
    generation: 3,
    deletionTimestamp: changes.deletionTimestamp,
  },
  spec: {
    replicas,
    minReadySeconds: changes.minReadySeconds,
    selector: { matchLabels: { app: 'x' } },
    template: { metadata: { labels: { app: 'x', v: '1' } } },
  },
});
const aPod = (
  name: string,
  options: {
    phase?: string;
    readyAgo?: number;
    deleted?: boolean;
    cost?: string;
    node?: string;
  } = {},
): Pod => ({
  metadata: {
    name,
    labels: { app: 'x', v: '1' },
    creationTimestamp: at(100),
    ...(options.deleted && { deletionTimestamp: at(0) }),
    ...(options.cost && {
      annotations: {
        'controller.kubernetes.io/pod-deletion-cost': options.cost,
      },
    }),
  },
  spec: { containers: [], nodeName: options.node ?? 'n' },
  status: {
    phase: options.phase ?? 'Running',
    conditions:
      options.readyAgo === undefined
        ? []
        : [
            {
              type: 'Ready',
              status: 'True',
              lastTransitionTime: at(options.readyAgo),
            },
          ],
  },
});
const namesOf = (pods: readonly Pod[]) => pods.map(pod => pod.metadata.name);

describe('decideReplicaSet', () => {
  it('makes what is missing', () => {
    const pods = [aPod('a', { readyAgo: 5 })];
    const decision = decideReplicaSet({ replicaSet: aSet(3), pods, now });
    expect(decision).toMatchObject({ create: 2, delete: [] });
    expect(decision.status).toEqual({
      replicas: 1,
      fullyLabeledReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      observedGeneration: 3,
    });
  });

  it('replaces what has ended or is going', () => {
    const pods = [
      aPod('a', { phase: 'Failed' }),
      aPod('b', { phase: 'Succeeded' }),
      aPod('c', { deleted: true }),
    ];
    expect(decideReplicaSet({ replicaSet: aSet(1), pods, now }).create).toBe(1);
  });

  it('removes the least needed first', () => {
    const pods = [
      aPod('ready-long', { readyAgo: 50 }),
      aPod('ready-short', { readyAgo: 5 }),
      aPod('ready-cheap', { readyAgo: 50, cost: '-5' }),
      aPod('unready'),
      aPod('pending', { phase: 'Pending' }),
      aPod('unassigned', { phase: 'Pending', node: '' }),
    ];
    const decision = decideReplicaSet({ replicaSet: aSet(1), pods, now });
    expect(namesOf(decision.delete)).toEqual([
      'unassigned',
      'pending',
      'unready',
      'ready-cheap',
      'ready-short',
    ]);
  });

  it('leaves everything alone while it is deleted itself', () => {
    const replicaSet = aSet(2, { deletionTimestamp: at(0) });
    expect(decideReplicaSet({ replicaSet, pods: [], now })).toMatchObject({
      create: 0,
      delete: [],
    });
  });

  it('counts a pod as available once it has been ready long enough', () => {
    const replicaSet = aSet(2, { minReadySeconds: 10 });
    const pods = [aPod('a', { readyAgo: 4 }), aPod('b', { readyAgo: 11 })];
    const decision = decideReplicaSet({ replicaSet, pods, now });
    expect(decision.status).toMatchObject({
      readyReplicas: 2,
      availableReplicas: 1,
    });
    expect(decision.revisitAt).toBe(now + 6_000);
  });

  it('tells why it could not make a pod', () => {
    const { status } = decideReplicaSet({
      replicaSet: aSet(1),
      pods: [],
      failure: 'exceeded quota',
      now,
    });
    expect(status.conditions).toEqual([
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: 'exceeded quota',
        lastTransitionTime: '2026-01-01T01:00:00Z',
      },
    ]);
  });
});
