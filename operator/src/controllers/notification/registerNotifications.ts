import {
  done,
  resourceType,
  type ObjectKey,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { Notification, parseDuration } from '@greenroom/kinds';
import { claimConditions } from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import { isSpecChange } from '../../cluster/isSpecChange';

/** How long a note stays where GreenroomConfig does not say; the kind's own default. */
const defaultTtl = '7d';

/** Adds the controller of Notifications. */
export function registerNotifications(services: ControllerServices): void {
  services.manager
    .controller({
      name: 'notification',
      workers: 1,
      reconciler: { reconcile: key => reconcileNotification(services, key) },
    })
    .for(resourceType<Notification>(Notification), { predicate: isSpecChange });
}

async function reconcileNotification(
  { view, statuses, client, now }: ControllerServices,
  key: ObjectKey,
): Promise<ReconcileResult> {
  const notification = view.notifications.get(key);
  if (!notification || notification.metadata.deletionTimestamp) return done;
  const { generation, creationTimestamp } = notification.metadata;
  await statuses.write(Notification, notification, {
    observedGeneration: generation,
    conditions: claimConditions(
      notification.status?.conditions,
      [
        {
          type: 'Delivered',
          status: 'True',
          reason: 'NoPortal',
          message: 'No portal is connected; the object is the note.',
        },
      ],
      generation,
      now(),
    ),
  });
  const ttlMs = parseDuration(
    view.config?.spec.cleanup?.notificationTTL ?? defaultTtl,
  );
  const leftMs =
    (Date.parse(creationTimestamp ?? '') || now().getTime()) +
    ttlMs -
    now().getTime();
  if (leftMs > 0) return { requeueAfter: leftMs };
  await client.delete(Notification, key, {
    preconditions: { uid: notification.metadata.uid },
  });
  return done;
}
