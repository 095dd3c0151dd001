import { missingReasons, nameConflict, podReasons } from './podReasons';
import { no, yes } from './reasons';

/** The conditions of a Session, with every reason they can have. */
export const sessionConditions = {
  Ready: {
    doc: 'The session takes messages now.',
    reasons: {
      Open: yes('The session is open.'),
      Pending: no('The session has not been looked at yet.'),
      Queued: no(
        'The live agent has no free slot.',
        'Wait, or raise maxConcurrentTasks of the Agent.',
      ),
      Starting: no('The pod starts, or the session is being opened.'),
      Suspended: no('The session is put aside; a message wakes it.'),
      AgentNotReady: no(
        'The agent is not ready; its condition Ready says why.',
        'Look at the Agent’s conditions.',
      ),
      AgentSuspended: no(
        'The agent is suspended.',
        'Set spec.suspend of the Agent to false.',
      ),
      AgentNotFound: no(
        'The Agent that agentRef names is not in this namespace.',
        'Create it, or make a new Session.',
      ),
      SessionNotFound: no(
        'The session to resume or fork is not in the journal.',
        'Correct its id.',
      ),
      NotSupported: no(
        'The runtime cannot do what is asked for, such as many sessions or forks.',
        'Use placement: Dedicated, or another runtime.',
      ),
      ...missingReasons,
      ...podReasons,
      NameConflict: nameConflict,
      Ended: no('The session ended; the condition Ended says how.'),
    },
  },
  Ended: {
    doc: 'The session is over; it ends once.',
    reasons: {
      Completed: yes('It was ended, or its one answer was given.'),
      Cancelled: yes('Somebody cancelled it.'),
      IdleTimeout: yes('Nothing happened for idleTimeout.'),
      TimedOut: yes('It lasted longer than timeout.'),
      RuntimeFailed: yes(
        'The runtime failed; the message is its own.',
        'Read the session.',
      ),
      RuntimeLost: yes(
        'The runtime died; what it wrote is in the session.',
        'Read the log of container agent.',
      ),
      PodLost: yes(
        'The pod vanished, and the workspace with it.',
        'Set workspace.persist, so that the session survives.',
      ),
      StartDeadlineExceeded: yes(
        'It could not start in time; the message says why.',
        'Read the message and make a new Session.',
      ),
      AgentDeleted: yes('The Agent was deleted.'),
      BudgetExhausted: yes('The budget is used up.', 'Raise the budget.'),
      Open: no('The session is not over.'),
    },
  },
  AwaitingPerson: {
    doc: 'The session waits for a person.',
    reasons: {
      Approval: yes(
        'An Approval waits for its decision.',
        'Decide the Approval that the message names.',
      ),
      Question: yes(
        'The agent asked a question.',
        'Answer the Approval that the message names.',
      ),
      NotWaiting: no('It waits for nobody.'),
    },
  },
};
