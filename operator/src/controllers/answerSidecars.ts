import { labels } from '@greenroom/kinds';
import type { SidecarCalls, VerifiedPod } from '../ingest/SidecarLink';
import type { ApprovalDesk } from './approval/ApprovalDesk';
import type { ControllerServices } from './ControllerServices';
import type { NotificationDesk } from './notification/NotificationDesk';

/** A sidecar's agent is not there any more, or cannot be made. */
export class UnknownAgentError extends Error {
  readonly name = 'UnknownAgentError';
}

/** The operator's answers to what sidecars ask. */
export function answerSidecars(
  { view, assembler }: ControllerServices,
  approvals: ApprovalDesk,
  notifications: NotificationDesk,
): SidecarCalls {
  const resolve = (pod: VerifiedPod) => {
    const resolution = pod.labels[labels.agent]
      ? view.resolveAgent(pod.namespace, pod.agent)
      : view.resolveTemplate(pod.namespace, pod.agent);
    if ('missing' in resolution)
      throw new UnknownAgentError(resolution.missing.message);
    return resolution.resolved;
  };
  return {
    settings: async pod => (await assembler.assemble(resolve(pod))).settings,
    createApproval: (link, request) => approvals.create(link, request),
    notify: (link, request) => notifications.notify(link, request),
    listAgents: async ({ pod }) => {
      const agent = resolve(pod);
      return {
        agents: agent.delegates.flatMap(name => {
          const delegate = view.agents.get({ namespace: pod.namespace, name });
          if (!delegate) return [];
          const { spec, status } = delegate;
          return [
            {
              namespace: pod.namespace,
              name,
              ...(spec.profile ? { description: spec.profile } : {}),
              ...(status?.phase ? { phase: status.phase } : {}),
            },
          ];
        }),
      };
    },
  };
}
