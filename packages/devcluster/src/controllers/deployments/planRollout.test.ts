import type {
  Deployment,
  Pod,
  ReplicaSet,
} from '@greenroom/controller-runtime';
import * as fc from 'fast-check';
import { planRollout, rolloutBounds } from './planRollout';
import { resolveIntOrPercent } from './resolveIntOrPercent';

type Strategy = NonNullable<Deployment['spec']>['strategy'];

const aDeployment = (
  replicas: number,
  strategy?: Strategy,
  paused = false,
): Deployment => ({
  metadata: { name: 'd' },
  spec: {
    replicas,
    strategy,
    paused,
    selector: {},
    template: {},
  },
});
const aSet = (name: string, size: number, available = size): ReplicaSet => ({
  metadata: { name, uid: name },
  spec: { replicas: size, selector: {} },
  status: { replicas: size, availableReplicas: available },
});
const rolling = (
  maxSurge: number | string,
  maxUnavailable: number | string,
): Strategy => ({
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge, maxUnavailable },
});
const plan = (
  deployment: Deployment,
  newReplicaSet: ReplicaSet | undefined,
  oldReplicaSets: ReplicaSet[] = [],
  pods: Pod[] = [],
) => {
  const { newReplicas, oldReplicas } = planRollout({
    deployment,
    newReplicaSet,
    oldReplicaSets,
    pods,
  });
  return [newReplicas, Object.fromEntries(oldReplicas)];
};

describe('resolveIntOrPercent', () => {
  it.each([
    [3, 10, 'up', 3],
    ['25%', 10, 'up', 3],
    ['25%', 10, 'down', 2],
    ['100%', 4, 'down', 4],
    ['2', 10, 'up', 2],
  ] as const)(
    '%s of %i, rounded %s, is %i',
    (value, whole, round, expected) => {
      expect(resolveIntOrPercent(value, whole, round)).toBe(expected);
    },
  );
});

describe('planRollout', () => {
  it('a new Deployment starts at its full size', () => {
    expect(plan(aDeployment(3), undefined)).toEqual([3, {}]);
  });

  it('a rollout begins with the surge', () => {
    const deployment = aDeployment(4, rolling(1, 0));
    expect(plan(deployment, undefined, [aSet('old', 4)])).toEqual([1, {}]);
  });

  it('old pods go as new ones become available', () => {
    const deployment = aDeployment(4, rolling(1, 0));
    const old = aSet('old', 4);
    expect(plan(deployment, aSet('new', 1, 0), [old])).toEqual([1, {}]);
    expect(plan(deployment, aSet('new', 1, 1), [old])).toEqual([1, { old: 3 }]);
  });

  it('with unavailability allowed, old pods go at once', () => {
    const deployment = aDeployment(4, rolling(0, 2));
    expect(plan(deployment, undefined, [aSet('old', 4)])).toEqual([
      0,
      { old: 2 },
    ]);
  });

  it('old pods that do not work go first', () => {
    const deployment = aDeployment(2, rolling(1, 0));
    const olds = [aSet('good', 2, 2), aSet('broken', 1, 0)];
    expect(plan(deployment, aSet('new', 0), olds)).toEqual([0, { broken: 0 }]);
  });

  it('a smaller size shrinks the present ReplicaSet', () => {
    expect(plan(aDeployment(1), aSet('new', 3))).toEqual([1, {}]);
  });

  it('Recreate waits until no old pod is left', () => {
    const deployment = aDeployment(2, { type: 'Recreate' });
    const oldPod: Pod = {
      metadata: {
        name: 'p',
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            name: 'old',
            uid: 'old',
          },
        ],
      },
    };
    expect(plan(deployment, undefined, [aSet('old', 2)], [oldPod])).toEqual([
      undefined,
      { old: 0 },
    ]);
    expect(plan(deployment, undefined, [aSet('old', 0)], [oldPod])).toEqual([
      undefined,
      {},
    ]);
    expect(plan(deployment, undefined, [aSet('old', 0)])).toEqual([2, {}]);
  });

  it('while it is paused only the size follows', () => {
    const deployment = aDeployment(5, undefined, true);
    expect(plan(deployment, undefined, [aSet('old', 3)])).toEqual([
      undefined,
      { old: 5 },
    ]);
    expect(plan(deployment, aSet('new', 1), [aSet('old', 2)])).toEqual([3, {}]);
  });

  it('every rollout ends with the new pods alone, within its bounds', () => {
    const strategies = fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 4 }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        strategies,
        fc.integer({ min: 0, max: 12 }),
        (replicas, [surge, unavailable], oldSize) => {
          const deployment = aDeployment(replicas, rolling(surge, unavailable));
          const { maxSurge, maxUnavailable } = rolloutBounds(deployment);
          let fresh = aSet('new', 0);
          let old = aSet('old', Math.min(oldSize, replicas));
          for (let step = 0; step < 100; step++) {
            const next = planRollout({
              deployment,
              newReplicaSet: fresh,
              oldReplicaSets: [old],
              pods: [],
            });
            const newSize = next.newReplicas ?? 0;
            const shrunk = next.oldReplicas.get('old') ?? old.spec!.replicas!;
            const before = fresh.spec!.replicas! + old.spec!.replicas!;
            const least = Math.min(replicas - maxUnavailable, before);
            expect(newSize + shrunk).toBeLessThanOrEqual(replicas + maxSurge);
            // What is new now is not available yet.
            const available = Math.min(newSize, fresh.spec!.replicas!) + shrunk;
            expect(available).toBeGreaterThanOrEqual(least);
            // Everything becomes available before the next look.
            fresh = aSet('new', newSize);
            old = aSet('old', shrunk);
          }
          expect([fresh.spec!.replicas, old.spec!.replicas]).toEqual([
            replicas,
            0,
          ]);
        },
      ),
    );
  });
});
