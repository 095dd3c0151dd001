import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import { humanDuration } from './age';

/** What `kubectl get pods` says of a pod. */
export function podCells(
  { spec, status = {}, metadata }: KubernetesObject,
  now = Date.now(),
): { ready: string; status: string; restarts: string } {
  const native = new Set(
    (spec?.initContainers ?? [])
      .filter((each: Json) => each.restartPolicy === 'Always')
      .map((each: Json) => each.name),
  );
  let total = (spec?.containers?.length ?? 0) + native.size;
  let ready = 0;
  let restarts = 0;
  let lastRestart = 0;
  let reason: string = status.reason ?? status.phase ?? '';
  let initializing = false;

  const initStatuses: Json[] = status.initContainerStatuses ?? [];
  for (const [index, each] of initStatuses.entries()) {
    const isNative = native.has(each.name);
    if (isNative) {
      restarts += each.restartCount ?? 0;
      lastRestart = Math.max(lastRestart, finishedAt(each));
      if (each.ready) ready += 1;
      if (each.started) continue;
    }
    const { terminated, waiting } = each.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (!isNative) restarts += each.restartCount ?? 0;
    if (terminated) {
      reason = `Init:${terminated.reason || exitReason(terminated)}`;
    } else if (waiting?.reason && waiting.reason !== 'PodInitializing') {
      reason = `Init:${waiting.reason}`;
    } else {
      reason = `Init:${index}/${spec?.initContainers?.length ?? 0}`;
    }
    initializing = true;
    break;
  }

  if (!initializing) {
    let hasRunning = false;
    const statuses: Json[] = status.containerStatuses ?? [];
    for (const each of [...statuses].reverse()) {
      restarts += each.restartCount ?? 0;
      lastRestart = Math.max(lastRestart, finishedAt(each));
      const { waiting, terminated, running } = each.state ?? {};
      if (waiting?.reason) reason = waiting.reason;
      else if (terminated) reason = terminated.reason || exitReason(terminated);
      else if (each.ready && running) {
        hasRunning = true;
        ready += 1;
      }
    }
    if (reason === 'Completed' && hasRunning) {
      const isReady = status.conditions?.some(
        (each: Json) => each.type === 'Ready' && each.status === 'True',
      );
      reason = isReady ? 'Running' : 'NotReady';
    }
  }
  if (metadata.deletionTimestamp) {
    reason = status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  }
  total = Math.max(total, ready);
  return {
    ready: `${ready}/${total}`,
    status: reason,
    restarts:
      restarts && lastRestart
        ? `${restarts} (${humanDuration(now - lastRestart)} ago)`
        : String(restarts),
  };
}

function exitReason({ signal, exitCode }: Json): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function finishedAt({ lastState }: Json): number {
  const at = lastState?.terminated?.finishedAt;
  return at ? Date.parse(at) : 0;
}
