import {
  done,
  resourceType,
  type ObjectKey,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { Model } from '@greenroom/kinds';
import { claimConditions } from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';
import { decideModel } from './decideModel';
import { listedPrice } from './listedPrice';

/** A Secret that is missing is looked for again: Secrets are not watched. */
const lookAgainMs = 15_000;

/** Adds the controller of Models. */
export function registerModels(services: ControllerServices): void {
  const { manager, view } = services;
  manager
    .controller({
      name: 'model',
      workers: 2,
      reconciler: { reconcile: key => reconcileModel(services, key) },
    })
    // A Model may be the fallback of any other of its namespace.
    .watches(
      resourceType<Model>(Model),
      ({ metadata }) =>
        view.models.list(metadata.namespace).map(each => each.metadata),
      {
        predicate: isSpecChange,
      },
    );
}

async function reconcileModel(
  services: ControllerServices,
  { namespace = '', name }: ObjectKey,
): Promise<ReconcileResult> {
  const { view, secrets, statuses, now } = services;
  const model = view.models.get({ namespace, name });
  if (!model || model.metadata.deletionTimestamp) return done;
  const ref = model.spec.credentialRef;
  const { claims, pricing, looksAgain } = decideModel({
    model,
    credential: ref && (await secrets.presence(namespace, ref.name, ref.key)),
    models: new Map(
      view.models.list(namespace).map(each => [each.metadata.name, each]),
    ),
    listed: listedPrice(model.spec),
  });
  await statuses.write(Model, model, {
    observedGeneration: model.metadata.generation,
    ...(pricing ? { pricing } : {}),
    conditions: claimConditions(
      model.status?.conditions,
      claims,
      model.metadata.generation,
      now(),
    ),
  });
  return looksAgain ? { requeueAfter: lookAgainMs } : done;
}
