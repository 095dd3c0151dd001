import type { Node, Pod } from '@greenroom/controller-runtime';
import type { PodSpec } from '../pods/podParts';
import { decideBinding } from './decideBinding';

const node: Node = {
  metadata: { name: 'n', labels: { disk: 'ssd', size: '5' } },
};
const aPod = (spec: Partial<PodSpec>): Pod => ({
  metadata: { name: 'p' },
  spec: { containers: [], ...spec },
});
const bind = { act: 'bind', node: 'n' };
const none = { act: 'none' };
const unmatched = {
  act: 'reject',
  message:
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
};
const affinity = (matchExpressions: object[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions } as never],
      },
    },
  },
});

describe('decideBinding', () => {
  it.each<[string, Partial<PodSpec>, object]>([
    ['a pod that asks for nothing is bound', {}, bind],
    ['a bound pod is left alone', { nodeName: 'm' }, none],
    ['another scheduler’s pod is left alone', { schedulerName: 'x' }, none],
    ['a gated pod waits', { schedulingGates: [{ name: 'g' }] }, none],
    ['a selector that fits', { nodeSelector: { disk: 'ssd' } }, bind],
    ['a selector that does not', { nodeSelector: { disk: 'hdd' } }, unmatched],
    ['In', affinity([{ key: 'disk', operator: 'In', values: ['ssd'] }]), bind],
    [
      'NotIn',
      affinity([{ key: 'disk', operator: 'NotIn', values: ['ssd'] }]),
      unmatched,
    ],
    ['Exists', affinity([{ key: 'gpu', operator: 'Exists' }]), unmatched],
    [
      'DoesNotExist',
      affinity([{ key: 'gpu', operator: 'DoesNotExist' }]),
      bind,
    ],
    ['Gt', affinity([{ key: 'size', operator: 'Gt', values: ['4'] }]), bind],
    [
      'Lt',
      affinity([{ key: 'size', operator: 'Lt', values: ['4'] }]),
      unmatched,
    ],
    ['a term without requirements fits nothing', affinity([]), unmatched],
  ])('%s', (_, spec, expected) => {
    expect(decideBinding(aPod(spec), node)).toEqual(expected);
  });

  it('nothing goes to a node that is cordoned, except what tolerates it', () => {
    const cordoned: Node = { ...node, spec: { unschedulable: true } };
    expect(decideBinding(aPod({}), cordoned)).toEqual({
      act: 'reject',
      message: '0/1 nodes are available: 1 node(s) were unschedulable.',
    });
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable' }];
    expect(decideBinding(aPod({ tolerations }), cordoned)).toEqual(bind);
  });

  it('without a node there is nowhere to go', () => {
    expect(decideBinding(aPod({}), undefined)).toEqual({
      act: 'reject',
      message: 'no nodes available to schedule pods',
    });
  });

  it('a pod that is being deleted goes nowhere', () => {
    const pod = aPod({});
    pod.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(decideBinding(pod, node)).toEqual(none);
  });
});
