import { missingReasons, nameConflict, podReasons } from './podReasons';
import { no, unknown, yes } from './reasons';

/** The conditions of an Agent, with every reason they can have. */
export const agentConditions = {
  Ready: {
    doc: 'The agent can take work now.',
    reasons: {
      Ready: yes('Pod, runtime and sidecar are up.'),
      Starting: no('The pod is starting.'),
      Suspended: no(
        'The agent is suspended; the condition Suspended says by whom.',
      ),
      RuntimeNotHealthy: no(
        'The pod runs, but the runtime in it does not answer; the message has its last words.',
        'Read the log of container agent.',
      ),
      SidecarNotConnected: no(
        'The pod runs, but its sidecar has not reached the operator.',
        'Read the log of container sidecar; a NetworkPolicy may block port 8443 of greenroom-operator.',
      ),
      ...missingReasons,
      ...podReasons,
      NameConflict: nameConflict,
    },
  },
  Reachable: {
    doc: 'The sidecar is connected to the operator.',
    reasons: {
      Connected: yes('The sidecar is connected.'),
      NotConnected: no(
        'The sidecar is not connected; work for the agent waits.',
        'Read the log of container sidecar.',
      ),
      Suspended: no('The agent is suspended, so there is no pod.'),
    },
  },
  ToolsReady: {
    doc: 'Every Tool the agent names can be used.',
    reasons: {
      AllReady: yes('All tools answer.'),
      NoTools: yes('The agent names no tools.'),
      Pending: no('A tool has not been asked yet.'),
      ToolNotFound: no(
        'A Tool the agent names is not in this namespace.',
        'Create it, or correct tools[].ref.',
      ),
      ToolUnavailable: no(
        'A tool does not answer; the message names it.',
        'Look at the conditions of that Tool.',
      ),
      ToolDrifted: no(
        'A tool’s definition changed after it was approved, so it is blocked.',
        'Look at the change and approve it with the annotation greenroom.dev/approve-tools on the Tool.',
      ),
    },
  },
  BudgetAvailable: {
    doc: 'The agent may use more tokens and money.',
    reasons: {
      WithinBudget: yes('The budget is not used up.'),
      NoBudget: yes('The agent has no budget: nothing is limited.'),
      Exhausted: no(
        'The budget of the present window is used up; model calls are refused.',
        'Raise budget, or wait for the next window.',
      ),
      AwaitingApproval: no(
        'The budget is used up and an Approval asks for more.',
        'Decide the Approval that the message names.',
      ),
    },
  },
  Suspended: {
    doc: 'The agent is stopped; work for it waits.',
    reasons: {
      ByUser: yes('spec.suspend is true.', 'Set spec.suspend to false.'),
      ByStandby: yes(
        'Nobody needed the agent for standby.idleTimeout; any work wakes it.',
      ),
      ByBudget: yes(
        'The budget is used up.',
        'Raise budget, or wait for the next window.',
      ),
      Active: no('The agent is not suspended.'),
    },
  },
  GitSyncPending: {
    doc: 'A repository has a newer commit than the agent sees.',
    reasons: {
      WaitingForTasks: yes(
        'A new pod is started as soon as no task is active.',
      ),
      Rolling: yes('A new pod with the new commit is starting.'),
      Synced: no('The agent sees the newest commits.'),
      NotConfigured: no('No context follows its repository.'),
      SyncFailed: yes(
        'A repository could not be asked; the message names it.',
        'Correct the repository, its ref or its secretRef; status.gitSync says more.',
      ),
    },
  },
  ShareReady: {
    doc: 'The link for people without an account works.',
    reasons: {
      Active: yes('The link works.'),
      Disabled: no('share.enabled is false.'),
      Expired: no(
        'share.expiresAt has passed.',
        'Set a later share.expiresAt.',
      ),
      AgentNotReady: no(
        'The agent is not ready; the condition Ready says why.',
      ),
      NotSupported: no('Links are stored, but nothing acts on them yet.'),
    },
  },
  TemplateResolved: {
    doc: 'The template is there and merged in.',
    reasons: {
      Resolved: yes('The template is merged in.'),
      NoTemplate: yes('The agent names no template.'),
      TemplateNotFound: no(
        'The AgentTemplate that templateRef names is not in this namespace.',
        'Create it, or correct templateRef.name.',
      ),
      InvalidConfiguration: no(
        'Agent and template contradict each other; the message says how.',
        'Correct the field that the message names.',
      ),
    },
  },
  SecretsExposed: {
    doc: 'The agent container can read secrets.',
    reasons: {
      EnvOrFile: yes(
        'A credential has expose: Env or File, or a volume holds a Secret; the message names it.',
        'Use expose: Broker with hosts, which keeps the secret in the sidecar.',
      ),
      AllBrokered: no('No secret is in the agent container.'),
    },
  },
  NameConflict: {
    doc: 'An object the agent needs belongs to another owner.',
    reasons: {
      OwnedByOther: yes(
        'An object with a wanted name has another owner; it is never taken over.',
        'Rename the Agent, or delete the object that the message names.',
      ),
      NoConflict: no('All objects of the agent are its own.'),
      Unknown: unknown('The objects could not be read; it is tried again.'),
    },
  },
};
