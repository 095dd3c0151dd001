import {
  done,
  type ObjectKey,
  type Reconciler,
  type ReconcileResult,
} from '@greenroom/controller-runtime';
import { Approval, parseDuration } from '@greenroom/kinds';
import { isEnded, type SessionState } from '@greenroom/protocol';
import {
  claimConditions,
  toKubernetesTime,
  type ConditionClaim,
} from '../../status/claimConditions';
import type { ControllerServices } from '../ControllerServices';
import type { ApprovalDesk } from './ApprovalDesk';
import {
  decideApproval,
  waitingClaims,
  type ApprovalSnapshot,
} from './decideApproval';

type ApprovalStatus = NonNullable<Approval['status']>;

/** Brings each Approval to its decision or its end, and the decision to the agent. */
export class ApprovalReconciler implements Reconciler {
  constructor(
    private readonly services: ControllerServices,
    private readonly desk: ApprovalDesk,
  ) {}

  async reconcile({
    namespace = '',
    name,
  }: ObjectKey): Promise<ReconcileResult> {
    const { view, now } = this.services;
    const approval = view.approvals.get({ namespace, name });
    if (!approval || approval.metadata.deletionTimestamp) return done;
    const decision = decideApproval(this.snapshot(approval));
    const nowMs = now().getTime();
    switch (decision.act) {
      case 'wait':
      case 'count': {
        const remaining = approval.spec.quorum - decision.votes.length;
        await this.write(approval, {
          phase: 'Pending',
          ...(decision.votes.length > 0
            ? { votes: [...decision.votes], remaining }
            : {}),
          conditions: this.conditions(
            approval,
            waitingClaims(remaining, approval.spec.quorum),
          ),
        });
        if (decision.act === 'count') {
          await this.services.client.patch(
            Approval,
            { namespace, name },
            'merge',
            { decision: null },
          );
        }
        return decision.untilMs === undefined
          ? done
          : { requeueAfter: Math.max(1, decision.untilMs - nowMs) };
      }
      case 'settle': {
        const { phase, reason, message, votes } = decision;
        await this.write(approval, {
          phase,
          decidedAt: approval.decision?.decidedAt ?? toKubernetesTime(now()),
          ...(votes.length > 0 && approval.spec.quorum > 1
            ? { votes: [...votes] }
            : {}),
          conditions: this.conditions(approval, [
            { type: 'Decided', status: 'True', reason, message },
            {
              type: 'Delivered',
              status: 'False',
              reason: 'Waiting',
              message: 'The agent is told as soon as its sidecar is connected.',
            },
          ]),
        });
        const settled = view.approvals.get({ namespace, name });
        return settled && settled.status?.phase !== 'Pending'
          ? await this.deliver(settled)
          : done;
      }
      case 'deliver':
        return await this.deliver(approval);
      default:
        return await this.retain(approval, nowMs);
    }
  }

  private async deliver(approval: Approval): Promise<ReconcileResult> {
    const { now } = this.services;
    if (this.snapshot(approval).session === 'Settled') return done;
    if (!this.desk.deliver(approval) || approval.status?.deliveredAt)
      return done;
    const decided =
      approval.status?.conditions?.filter(({ type }) => type === 'Decided') ??
      [];
    await this.write(approval, {
      ...approval.status,
      deliveredAt: toKubernetesTime(now()),
      conditions: this.conditions(approval, [
        ...decided,
        {
          type: 'Delivered',
          status: 'True',
          reason: 'Delivered',
          message: 'The agent was told.',
        },
      ]),
    });
    return done;
  }

  private async retain(
    approval: Approval,
    nowMs: number,
  ): Promise<ReconcileResult> {
    const { client, view } = this.services;
    const ttl = view.config?.spec.cleanup?.approvalTTL;
    const decidedAt = approval.status?.decidedAt;
    if (!ttl || !decidedAt) return done;
    const untilMs = Date.parse(decidedAt) + parseDuration(ttl);
    if (untilMs > nowMs) return { requeueAfter: untilMs - nowMs };
    await client.delete(Approval, approval.metadata, {
      preconditions: { uid: approval.metadata.uid },
    });
    return done;
  }

  private snapshot(approval: Approval): ApprovalSnapshot {
    const { sessions, links, now } = this.services;
    const { sessionID, requestID } = approval.spec;
    return {
      approval,
      session: waitingOf(sessions.get(sessionID), requestID),
      isConnected: links.bySession(sessionID) !== undefined,
      nowMs: now().getTime(),
    };
  }

  private conditions(
    approval: Approval,
    claims: ConditionClaim[],
  ): ApprovalStatus['conditions'] {
    return claimConditions(
      approval.status?.conditions,
      claims,
      approval.metadata.generation,
      this.services.now(),
    );
  }

  private async write(
    approval: Approval,
    status: ApprovalStatus,
  ): Promise<void> {
    await this.services.statuses.write(Approval, approval, {
      ...status,
      observedGeneration: approval.metadata.generation,
    });
  }
}

/** A request is made while its event is still on its way: only an ended session settles one that is not pending. */
function waitingOf(
  state: SessionState | undefined,
  requestId: string | undefined,
): ApprovalSnapshot['session'] {
  if (!state) return 'Unknown';
  if (isEnded(state)) return 'Settled';
  return state.pending.some(request => request.requestId === requestId)
    ? 'Waiting'
    : 'Unknown';
}
