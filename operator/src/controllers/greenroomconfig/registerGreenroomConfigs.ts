import {
  done,
  resourceType,
  type ObjectKey,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { GreenroomConfig } from '@greenroom/kinds';
import {
  claimConditions,
  toKubernetesTime,
  type ConditionClaim,
} from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';

/** Adds the controller of GreenroomConfig. The settings themselves are read from the cache wherever they matter. */
export function registerGreenroomConfigs(services: ControllerServices): void {
  services.manager
    .controller({
      name: 'greenroomconfig',
      workers: 1,
      reconciler: { reconcile: key => reconcileConfig(services, key) },
    })
    .for(resourceType<GreenroomConfig>(GreenroomConfig), {
      predicate: isSpecChange,
    });
}

async function reconcileConfig(
  { view, statuses, now }: ControllerServices,
  key: ObjectKey,
): Promise<ReconcileResult> {
  const config = view.configs.get(key);
  if (!config || config.metadata.deletionTimestamp) return done;
  const { generation } = config.metadata;
  const isNew = config.status?.observedGeneration !== generation;
  await statuses.write(GreenroomConfig, config, {
    observedGeneration: generation,
    appliedAt:
      isNew || !config.status?.appliedAt
        ? toKubernetesTime(now())
        : config.status.appliedAt,
    conditions: claimConditions(
      config.status?.conditions,
      [readyClaim(config)],
      generation,
      now(),
    ),
  });
  return done;
}

/** Whether everything the settings ask for is there. */
export function readyClaim({
  spec,
}: Pick<GreenroomConfig, 'spec'>): ConditionClaim {
  const missing = [
    ...(spec.bus?.type === 'nats'
      ? ['bus.type nats (events go directly to the operator)']
      : []),
    ...(spec.connect ? ['connect (there is no portal to connect to)'] : []),
    ...(spec.observability?.openTelemetry?.enabled
      ? ['observability.openTelemetry']
      : []),
  ];
  return missing.length > 0
    ? {
        type: 'Ready',
        status: 'False',
        reason: 'NotSupported',
        message: `Stored, but nothing acts on it yet: ${missing.join(
          ', ',
        )}. All other settings are in force.`,
      }
    : {
        type: 'Ready',
        status: 'True',
        reason: 'Applied',
        message: 'The settings are in force.',
      };
}
