import { ApiError } from '@greenroom/controller-runtime';
import { Approval, labels, managedByGreenroom } from '@greenroom/kinds';
import type {
  ApprovalDecision,
  IngestParams,
  IngestResult,
} from '@greenroom/protocol';
import { indexes } from '../../cluster/ClusterView';
import type { SidecarLink } from '../../ingest/SidecarLink';
import { ownerReference } from '../../pods/ownedObject';
import { labelValue, shortDigest } from '../../pods/podMetadata';
import { toKubernetesTime } from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';

/** How long a request waits that names no time-out: long enough for a lunch, and it always ends. */
const defaultTimeoutMs = 3_600_000;

/** The answer of a Question that nobody answers; the kind has no field for it. */
const defaultAnswer = 'greenroom.dev/default-answer';

type Request = IngestParams<'create_approval'>;

/** Puts an agent's requests before people, and brings their decisions back. */
export class ApprovalDesk {
  constructor(private readonly services: ControllerServices) {}

  /** Makes the Approval, or finds the one that was made for this request before. */
  async create(
    link: SidecarLink,
    request: Request,
  ): Promise<IngestResult<'create_approval'>> {
    const { client, view, events, now } = this.services;
    const { namespace } = link.pod;
    const name = approvalName(link.pod.agent, request);
    const existing = view.approvals.get({ namespace, name });
    if (existing) return answer(existing);
    const approval = this.approval(link, request, name, now());
    try {
      const created = await client.create(Approval, approval as never);
      view.approvals.observe(created as unknown as Approval);
      events.event(created, {
        reason: 'ApprovalRequested',
        action: 'Ask',
        note: `${link.pod.agent} asks: ${
          request.question ?? request.action ?? request.tool ?? ''
        }`,
      });
      return answer(created as unknown as Approval);
    } catch (error) {
      if (!ApiError.isAlreadyExists(error)) throw error;
      return answer(
        (await client.get(Approval, {
          namespace,
          name,
        })) as unknown as Approval,
      );
    }
  }

  /** Tells the session's sidecar what was decided. False when no sidecar is connected. */
  deliver(approval: Approval): boolean {
    const { spec } = approval;
    const link = this.services.links.bySession(spec.sessionID);
    if (!link) return false;
    link.decide(decisionOf(approval));
    return true;
  }

  private approval(
    link: SidecarLink,
    request: Request,
    name: string,
    now: Date,
  ): Approval {
    const { view } = this.services;
    const { namespace } = link.pod;
    const agent = link.pod.labels[labels.agent];
    const template = link.pod.labels[labels.template];
    const [task] = view.tasks.byIndex(indexes.bySessionId, request.session_id);
    const [session] = view.sessions.byIndex(
      indexes.bySessionId,
      request.session_id,
    );
    const owner =
      task ??
      session ??
      (agent ? view.agents.get({ namespace, name: agent }) : undefined);
    const expiresAt = new Date(
      now.getTime() + (request.timeout_ms ?? defaultTimeoutMs),
    );
    return {
      apiVersion: Approval.apiVersion,
      kind: 'Approval',
      metadata: {
        name,
        namespace,
        labels: {
          ...(agent ? { [labels.agent]: agent } : {}),
          ...(task ? { [labels.task]: labelValue(task.metadata.name) } : {}),
          [labels.session]: request.session_id,
          [labels.managedBy]: managedByGreenroom,
        },
        ...(request.default === undefined
          ? {}
          : { annotations: { [defaultAnswer]: request.default } }),
        ...(owner ? { ownerReferences: [ownerReference(owner)] } : {}),
      },
      spec: withoutUndefined({
        type: request.type,
        requestID: request.request_id,
        sessionID: request.session_id,
        agentRef: agent ? { name: agent } : undefined,
        templateRef: !agent && template ? { name: template } : undefined,
        taskRef: task ? { name: task.metadata.name } : undefined,
        sessionRef: session ? { name: session.metadata.name } : undefined,
        action:
          request.action?.slice(0, 1024) ??
          (request.type === 'Permission' && !request.tool
            ? 'continue'
            : undefined),
        tool: request.tool?.slice(0, 253),
        arguments: request.arguments,
        reason: request.reason?.slice(0, 4096),
        question: request.question?.slice(0, 8192),
        choices: request.choices,
        policyRef: request.policy ? { name: request.policy } : undefined,
        rule: request.rule,
        requester:
          session?.spec.owner ??
          task?.metadata.annotations?.['greenroom.dev/owner'],
        approvers: request.approvers?.length ? request.approvers : undefined,
        quorum: request.quorum ?? 1,
        selfApproval: request.self_approval ?? false,
        expiresAt: toKubernetesTime(expiresAt),
        onTimeout: request.on_timeout ?? 'Deny',
        remember: 'None',
      }) as Approval['spec'],
    } as unknown as Approval;
  }
}

/** The same for the same request, however often it is asked for. */
function approvalName(
  agent: string,
  { session_id, request_id }: Request,
): string {
  return `${agent.slice(0, 200)}-${shortDigest(`${session_id}/${request_id}`)}`;
}

function answer({ metadata, spec }: Approval): IngestResult<'create_approval'> {
  return {
    name: metadata.name,
    ...(spec.expiresAt ? { expires_at: spec.expiresAt } : {}),
  };
}

/** What the agent is told. */
export function decisionOf({
  metadata,
  spec,
  decision,
  status,
}: Approval): ApprovalDecision {
  const expired = status?.phase === 'Expired';
  const response =
    decision?.answer ??
    (expired ? metadata.annotations?.[defaultAnswer] : undefined);
  return {
    request_id: spec.requestID ?? metadata.name,
    session_id: spec.sessionID,
    approval: metadata.name,
    approved:
      status?.phase === 'Approved' ||
      status?.phase === 'Answered' ||
      (expired && spec.type === 'Permission' && spec.onTimeout === 'Allow'),
    ...(response === undefined ? {} : { answer: response }),
    ...(decision?.reason ? { reason: decision.reason } : {}),
    ...(decision?.editedArguments
      ? {
          edited_arguments:
            decision.editedArguments as ApprovalDecision['edited_arguments'],
        }
      : {}),
    ...(decision?.decidedBy ? { decided_by: decision.decidedBy } : {}),
    ...(expired ? { expired: true } : {}),
  };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as T;
}
