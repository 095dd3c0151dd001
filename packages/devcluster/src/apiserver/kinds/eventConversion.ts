import type { KubernetesObject } from '../../store/KubernetesObject';

/** An event of the core group as events.k8s.io/v1 shows it. */
export function eventFromCore(event: KubernetesObject): KubernetesObject {
  const {
    involvedObject,
    message,
    source,
    firstTimestamp,
    lastTimestamp,
    count,
    reportingComponent,
    ...rest
  } = event;
  return {
    ...rest,
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: event.metadata,
    ...(involvedObject && { regarding: involvedObject }),
    ...(message && { note: message }),
    ...(source && { deprecatedSource: source }),
    ...(firstTimestamp && { deprecatedFirstTimestamp: firstTimestamp }),
    ...(lastTimestamp && { deprecatedLastTimestamp: lastTimestamp }),
    ...(count && { deprecatedCount: count }),
    ...(reportingComponent && { reportingController: reportingComponent }),
  };
}

/** An event of events.k8s.io/v1 as it is stored, in the core group's form. */
export function eventToCore(event: KubernetesObject): KubernetesObject {
  const {
    regarding,
    note,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    reportingController,
    ...rest
  } = event;
  return {
    ...rest,
    apiVersion: 'v1',
    kind: 'Event',
    metadata: event.metadata,
    involvedObject: regarding ?? {},
    ...(note && { message: note }),
    ...(deprecatedSource && { source: deprecatedSource }),
    ...(deprecatedFirstTimestamp && {
      firstTimestamp: deprecatedFirstTimestamp,
    }),
    ...(deprecatedLastTimestamp && { lastTimestamp: deprecatedLastTimestamp }),
    ...(deprecatedCount && { count: deprecatedCount }),
    ...(reportingController && { reportingComponent: reportingController }),
  };
}
