import { setTimeout as sleep } from 'node:timers/promises';
import { resourceType } from '@greenroom/controller-runtime';
import { Agent, annotations, Task } from '@greenroom/kinds';
import { CliError } from '../CliError';
import { agentTask } from '../cluster/agentTask';
import { ApprovalDesk } from '../cluster/ApprovalDesk';
import { ClusterChoice, connect, Connection } from '../cluster/connect';
import { followSession } from '../cluster/followSession';
import { SessionJournal } from '../cluster/SessionJournal';
import { GreenroomHome } from '../home/GreenroomHome';
import { askApproval } from '../output/askApproval';
import { Output } from '../output/Output';
import { renderEvent } from '../output/renderEvent';

export interface RunOptions extends ClusterChoice {
  repo?: string;
  set: string[];
  description?: string;
  detach?: boolean;
}

const taskType = resourceType<Task>(Task);
const agentType = resourceType<Agent>(Agent);

/** Phases that end a Task, and the exit status each gives. */
const EXIT_CODES: Record<string, number> = {
  Completed: 0,
  Failed: 1,
  Stopped: 3,
  TimedOut: 4,
};

/** How long the last events may take to come after the Task ended. */
const LAST_EVENTS_MS = 3000;

/** Creates a Task for an agent, shows what happens, asks what the agent asks, and ends as the Task does. */
export async function run(
  home: GreenroomHome,
  agent: string,
  options: RunOptions,
  output: Output,
): Promise<void> {
  const connection = await connect(home, options, process.env);
  const { client, namespace } = connection;
  try {
    const repository =
      options.repo ?? (await defaultRepository(connection, agent));
    const created = await client.create<Task>(
      taskType,
      agentTask({
        agent,
        namespace,
        repository,
        settings: options.set,
        description: options.description,
      }) as Task,
    );
    const name = created.metadata.name!;
    if (options.detach) {
      if (output.format === 'json') output.json(created);
      else {
        output.print(
          `Task ${name} is created. Follow it with: kubectl -n ${namespace} get task ${name} -w`,
        );
      }
      return;
    }
    output.note(`Task ${namespace}/${name}`);
    const finished = await watchTask(connection, name, output);
    report(finished, output);
  } finally {
    client.close();
  }
}

/** What the agent works on when nobody says; also the check that there is such an agent. */
async function defaultRepository(
  { client, namespace }: Connection,
  name: string,
): Promise<string | undefined> {
  const agent = await client.find(agentType, { namespace, name });
  if (!agent) {
    const { items } = await client.list(agentType, { namespace });
    throw new CliError(
      `There is no agent "${name}" in the namespace ${namespace}. ${
        items.length
          ? `There are: ${items.map(each => each.metadata.name).join(', ')}.`
          : 'There is none at all; apply one of examples/.'
      }`,
    );
  }
  return agent.metadata.annotations?.[annotations.defaultRepository];
}

async function watchTask(
  { client, namespace, kubeconfig }: Connection,
  name: string,
  output: Output,
): Promise<Task> {
  const stop = new AbortController();
  const onInterrupt = () => {
    output.note('Stopping the task; press Ctrl-C again to leave it to itself.');
    process.once('SIGINT', () => process.exit(130));
    client
      .patch(taskType, { namespace, name }, 'merge', { spec: { stop: true } })
      .catch(error => output.note(error.message));
  };
  process.once('SIGINT', onInterrupt);
  let following: Promise<unknown> | undefined;
  let lastReason = '';
  try {
    for (;;) {
      const watch = client.watch(taskType, {
        namespace,
        fieldSelector: `metadata.name=${name}`,
      });
      for await (const { type, object } of watch) {
        if (type === 'DELETED') {
          throw new CliError(`Task ${name} was deleted.`);
        }
        const { status } = object;
        const reason = waitingReason(object);
        if (reason && reason !== lastReason) output.note(`  ${reason}`);
        lastReason = reason;
        const session = status?.session?.id;
        if (session && !following) {
          following = Promise.all([
            showEvents(
              new SessionJournal(client, kubeconfig),
              session,
              stop.signal,
              output,
            ),
            askWhatIsAsked(
              new ApprovalDesk(client, namespace),
              session,
              stop.signal,
              output,
            ),
          ]);
        }
        if (status?.phase && status.phase in EXIT_CODES) {
          await Promise.race([following, sleep(LAST_EVENTS_MS)]);
          return object;
        }
      }
    }
  } finally {
    stop.abort();
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** Why nothing happens yet, in the words of the Task's own conditions. */
function waitingReason({ status }: Task): string {
  if (!status || !['Pending', 'Queued', 'Starting'].includes(status.phase!)) {
    return '';
  }
  const condition = status.conditions?.find(
    ({ type, status: value }) => type === 'Queued' && value === 'True',
  );
  return condition?.message ?? '';
}

async function showEvents(
  journal: SessionJournal,
  sessionId: string,
  signal: AbortSignal,
  output: Output,
) {
  const events = followSession(journal, sessionId, signal, message =>
    output.note(
      `Live output is not to be had (${message}); the outcome will be shown.`,
    ),
  );
  for await (const event of events) {
    if (output.format === 'json') {
      output.note(JSON.stringify(event));
      continue;
    }
    const text = renderEvent(event);
    if (text !== undefined) output.note(text);
  }
}

async function askWhatIsAsked(
  desk: ApprovalDesk,
  sessionId: string,
  signal: AbortSignal,
  output: Output,
) {
  for await (const approval of desk.ofSession(sessionId, signal)) {
    const name = approval.metadata.name!;
    if (!process.stdin.isTTY) {
      output.note(
        `Waits for a decision: ${
          approval.spec.question ?? approval.spec.action ?? approval.spec.tool
        }\n  greenroom approvals approve ${name}`,
      );
      continue;
    }
    const decision = await askApproval(approval, signal);
    if (!decision) {
      output.note(`Left for later: greenroom approvals approve ${name}`);
      continue;
    }
    try {
      await desk.decide(name, decision);
    } catch (error) {
      output.note(`That was not taken: ${(error as Error).message}`);
    }
  }
}

function report(task: Task, output: Output) {
  const { status } = task;
  const phase = status!.phase!;
  if (output.format === 'json') {
    output.json(task);
  } else {
    if (status!.answer) output.print(`\n${status!.answer}`);
    const session = status!.session?.id;
    if (session) {
      output.note(
        `\nArtifacts and the whole record: greenroom sessions export ${session} --to ${task.metadata.name}`,
      );
    }
  }
  if (EXIT_CODES[phase]) {
    throw new CliError(
      `The task ended as ${phase}${
        status!.result?.message ? `: ${status!.result.message}` : '.'
      }`,
      EXIT_CODES[phase],
    );
  }
}
