import { no, yes } from './reasons';

/** The conditions of a Message, with every reason they can have. */
export const messageConditions = {
  Delivered: {
    doc: 'The runtime took the message.',
    reasons: {
      Delivered: yes('The runtime took it.'),
      Pending: no('The message has not been looked at yet.'),
      AgentNotFound: no(
        'The Agent that agentRef names is not in this namespace.',
        'Create it, or make a new Message.',
      ),
      SessionNotFound: no(
        'The Session that sessionRef names is not in this namespace.',
        'Create it, or make a new Message.',
      ),
      SessionEnded: no(
        'The Session is over.',
        'Make a new Session and a new Message.',
      ),
      AgentSuspended: no(
        'The agent is suspended.',
        'Set spec.suspend of the Agent to false; standby wakes by itself.',
      ),
      AgentNotReady: no(
        'The agent is not ready; its condition Ready says why.',
        'Look at the Agent’s conditions.',
      ),
      Busy: no('The session answers an earlier message first.'),
      AtCapacity: no(
        'The agent has as many sessions at work as it may.',
        'Wait, or raise maxConcurrentTasks of the Agent.',
      ),
      BudgetExhausted: no(
        'The agent’s budget is used up.',
        'Raise the budget, or wait for the next window.',
      ),
      AwaitingApproval: no(
        'A Policy asks for approval first.',
        'Decide the Approval that the message names.',
      ),
      Denied: no(
        'A Policy, or a person, refused it.',
        'Read the message of the condition.',
      ),
      Cancelled: no('It was cancelled before it was delivered.'),
      NotDelivered: no(
        'The runtime did not take it; the message says why.',
        'Read the log of container agent.',
      ),
    },
  },
  Completed: {
    doc: 'The answer is in status.response.',
    reasons: {
      Completed: yes('The answer is complete.'),
      InProgress: no('The answer is not complete yet.'),
      Failed: no('There is no answer; the condition Failed says why.'),
    },
  },
  Failed: {
    doc: 'There will be no answer.',
    reasons: {
      RuntimeFailed: yes(
        'The runtime reported failure; the message is its own.',
        'Read the session.',
      ),
      RuntimeLost: yes(
        'The runtime died in the middle of the answer.',
        'Read the log of container agent.',
      ),
      PodLost: yes(
        'The pod vanished in the middle of the answer.',
        'Send the message again.',
      ),
      ModelFailed: yes(
        'The model’s provider refused or failed; the message is its own.',
        'Check the Model, its key and its limits.',
      ),
      BudgetExhausted: yes(
        'The budget is used up.',
        'Raise the budget, or wait for the next window.',
      ),
      Denied: yes(
        'A Policy, or a person, refused it.',
        'Read the message of the condition.',
      ),
      Cancelled: yes('Somebody cancelled it.'),
      TimedOut: yes('The answer took longer than timeout.', 'Raise timeout.'),
      AgentNotFound: yes(
        'The Agent that agentRef names did not come.',
        'Create it and send the message again.',
      ),
      SessionNotFound: yes(
        'The Session that sessionRef names did not come.',
        'Create it and send the message again.',
      ),
      SessionEnded: yes(
        'The Session ended first.',
        'Make a new Session and a new Message.',
      ),
      NotDelivered: yes(
        'The runtime did not take it; the message says why.',
        'Read the log of container agent.',
      ),
      InProgress: no('The message has not ended.'),
      Completed: no('The answer is complete.'),
    },
  },
};
