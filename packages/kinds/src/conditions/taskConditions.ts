import { missingReasons, nameConflict, podReasons } from './podReasons';
import { no, yes } from './reasons';
import type { ReasonEntry } from './Condition';

/** The same reason, where the condition it stands in is True. */
function asTrue<Reasons extends Record<string, ReasonEntry>>(
  reasons: Reasons,
): Reasons {
  return Object.fromEntries(
    Object.entries(reasons).map(([name, reason]) => [
      name,
      { ...reason, status: 'True' },
    ]),
  ) as Reasons;
}

const agentNotFound = no(
  'The Agent that agentRef names is not in this namespace.',
  'Create it within startDeadline, or make a new Task with another agentRef.',
);

/** The conditions of a Task, with every reason they can have. */
export const taskConditions = {
  Queued: {
    doc: 'The task waits for its turn.',
    reasons: {
      AgentSuspended: yes(
        'The agent is suspended.',
        'Set spec.suspend of the Agent to false; standby wakes by itself.',
      ),
      AgentNotReady: yes(
        'The agent is not ready; its condition Ready says why.',
        'Look at the Agent’s conditions.',
      ),
      AtCapacity: yes(
        'As many tasks are at work as maxConcurrentTasks allows.',
        'Wait, or raise maxConcurrentTasks.',
      ),
      QuotaExceeded: yes(
        'As many tasks were started in the window as quota allows.',
        'Wait, or raise quota.',
      ),
      BudgetExhausted: yes(
        'The agent’s budget is used up.',
        'Raise the budget, or wait for the next window.',
      ),
      AwaitingApproval: yes(
        'A Policy asks for approval first.',
        'Decide the Approval that the message names.',
      ),
      Started: no('The task left the queue.'),
      Finished: no('The task ended.'),
    },
  },
  Started: {
    doc: 'The work began.',
    reasons: {
      Running: yes('The agent works on it.'),
      Pending: no('The task has not been looked at yet.'),
      Queued: no(
        'The task waits for its turn; the condition Queued says for what.',
      ),
      Starting: no('The pod starts, or the session is being opened.'),
      AgentNotFound: agentNotFound,
      ...missingReasons,
      ...podReasons,
      NameConflict: nameConflict,
      NeverStarted: no(
        'The task ended before the work began; the condition Failed says why.',
      ),
    },
  },
  Completed: {
    doc: 'The work was done; the answer is in status.answer.',
    reasons: {
      Completed: yes('The runtime reported success.'),
      InProgress: no('The work is not done yet.'),
      Failed: no(
        'The task ended without success; the condition Failed says why.',
      ),
    },
  },
  Failed: {
    doc: 'The task ended without success, was stopped, or timed out.',
    reasons: {
      Stopped: yes('Somebody stopped it.'),
      TimedOut: yes(
        'It ran longer than timeout; the work was aborted.',
        'Raise timeout, or give less to do.',
      ),
      RuntimeFailed: yes(
        'The runtime reported failure; the message is its own.',
        'Read the session of the task.',
      ),
      PlaybookFailed: yes(
        'A step of the playbook failed; the message names it.',
        'Read the session of the task.',
      ),
      ApprovalDenied: yes(
        'Somebody refused what the work needed.',
        'Read the reason in the message.',
      ),
      ApprovalExpired: yes(
        'Nobody answered in time what the work needed.',
        'Answer Approvals sooner, or raise their time-out.',
      ),
      BudgetExhausted: yes(
        'The budget was used up in the middle of the work.',
        'Raise the budget.',
      ),
      ModelFailed: yes(
        'The model’s provider refused or failed; the message is its own.',
        'Check the Model, its key and its limits.',
      ),
      StartDeadlineExceeded: yes(
        'What the task needs was not there within startDeadline; the message says what.',
        'Create it and make a new Task, or raise startDeadline.',
      ),
      RuntimeLost: yes(
        'The runtime died in the middle of the work; what it wrote is in the session.',
        'Read the log of container agent.',
      ),
      PodLost: yes(
        'The pod vanished in the middle of the work.',
        'Look at the node’s and the pod’s events.',
      ),
      ConnectionLost: yes(
        'The sidecar was away for too long in the middle of the work.',
        'Read the log of container sidecar.',
      ),
      AgentDeleted: yes('The Agent was deleted.'),
      DispatchFailed: yes(
        'The runtime did not take the work; the message says why.',
        'Read the log of container agent.',
      ),
      AgentNotFound: { ...agentNotFound, status: 'True' as const },
      ...asTrue(missingReasons),
      ...asTrue(podReasons),
      NameConflict: { ...nameConflict, status: 'True' as const },
      InProgress: no('The task has not ended.'),
      Completed: no('The task ended with success.'),
    },
  },
};
