import type { ClusterView } from '../../cluster/ClusterView';
import type { SidecarLinks } from '../../ingest/SidecarLink';

/** How many Tasks an agent may do at once: as its manifest says, and one where the runtime holds one session only. */
export function agentSlots(
  view: ClusterView,
  links: SidecarLinks,
  agent: string,
): number {
  const slash = agent.indexOf('/');
  const namespace = agent.slice(0, slash);
  const name = agent.slice(slash + 1);
  const resolution = view.resolveAgent(namespace, name);
  if (!('resolved' in resolution)) return 0;
  const runtime = links.byAgent({ namespace, name })?.runtime;
  const most =
    runtime && !runtime.capabilities.multiSession
      ? 1
      : Number.POSITIVE_INFINITY;
  return Math.min(resolution.resolved.maxConcurrentTasks, most);
}
