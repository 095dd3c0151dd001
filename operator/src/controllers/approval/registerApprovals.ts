import { resourceType } from '@greenroom/controller-runtime';
import { Approval } from '@greenroom/kinds';
import type { ControllerServices } from '../ControllerServices';
import type { ApprovalDesk } from './ApprovalDesk';
import { ApprovalReconciler } from './ApprovalReconciler';

const bySession = 'bySession';

/** Adds the controller of Approvals. */
export function registerApprovals(
  services: ControllerServices,
  desk: ApprovalDesk,
): void {
  const { manager, view, links, sessions } = services;
  const controller = manager.controller({
    name: 'approval',
    reconciler: new ApprovalReconciler(services, desk),
    workers: 2,
  });
  controller.for(resourceType<Approval>(Approval), {
    // A decision is beside spec and status; servers count it in the generation, and this looks at nothing else.
    predicate: event =>
      event.type !== 'updated' ||
      event.object.metadata.generation !== event.old.metadata.generation ||
      event.object.decision?.decidedAt !== event.old.decision?.decidedAt ||
      event.object.decision?.approved !== event.old.decision?.approved,
  });
  view.approvals.addIndex(bySession, ({ spec }) => [spec.sessionID]);
  const enqueue = (sessionId: string) => {
    for (const { metadata } of view.approvals.byIndex(bySession, sessionId))
      controller.enqueue(metadata);
  };
  links.on('connected', link => {
    for (const sessionId of link.sessions) enqueue(sessionId);
  });
  links.on('session', sessionId => {
    const state = sessions.get(sessionId);
    if (
      state &&
      ['Completed', 'Failed', 'Cancelled', 'Expired'].includes(state.phase)
    )
      enqueue(sessionId);
  });
}
