import {
  KubeClient,
  resourceType,
  WatchEvent,
} from '@greenroom/controller-runtime';
import { Approval } from '@greenroom/kinds';

const approvalType = resourceType<Approval>(Approval);

/** What a person decided. */
export type Decision = NonNullable<Approval['decision']>;

/** Reads what waits for a person and writes what they decide. */
export class ApprovalDesk {
  constructor(
    private readonly client: KubeClient,
    private readonly namespace: string,
  ) {}

  async waiting(): Promise<Approval[]> {
    const { items } = await this.client.list(approvalType, {
      namespace: this.namespace,
    });
    return items.filter(isWaiting);
  }

  get(name: string): Promise<Approval> {
    return this.client.get(approvalType, { namespace: this.namespace, name });
  }

  /** The Approvals of one session that wait now or will, until the signal. */
  async *ofSession(
    sessionId: string,
    signal: AbortSignal,
  ): AsyncGenerator<Approval> {
    const seen = new Set<string>();
    while (!signal.aborted) {
      const events: AsyncIterable<WatchEvent<Approval>> = this.client.watch(
        approvalType,
        { namespace: this.namespace, signal },
      );
      try {
        for await (const { type, object } of events) {
          const isNew =
            type !== 'DELETED' &&
            object.spec?.sessionID === sessionId &&
            isWaiting(object) &&
            !seen.has(object.metadata.name!);
          if (isNew) {
            seen.add(object.metadata.name!);
            yield object;
          }
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  decide(name: string, decision: Decision): Promise<Approval> {
    return this.client.patch(
      approvalType,
      { namespace: this.namespace, name },
      'merge',
      { decision },
    );
  }
}

/** Whether nobody decided yet and the time is not over. */
export function isWaiting(approval: Approval): boolean {
  return (
    !approval.decision && (approval.status?.phase ?? 'Pending') === 'Pending'
  );
}
