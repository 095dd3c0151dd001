import { Agent, Approval, Task } from '@greenroom/kinds';
import { Deployment, resourceType } from '@greenroom/controller-runtime';
import Table from 'cli-table3';
import { CliError } from '../CliError';
import { connect } from '../cluster/connect';
import { GreenroomHome } from '../home/GreenroomHome';
import { readRunning } from '../home/RunState';
import { Output } from '../output/Output';

/** What runs, and what is going on in it. Exits with 1 when nothing runs. */
export async function status(
  home: GreenroomHome,
  output: Output,
): Promise<void> {
  const running = readRunning(home);
  if (!running) {
    if (output.format === 'json') output.json({ running: false });
    throw new CliError('Greenroom is not running. Start it with: greenroom up');
  }
  const { client } = await connect(
    home,
    { kubeconfig: running.kubeconfig },
    process.env,
  );
  try {
    const [operator, agents, tasks, approvals] = await Promise.all([
      client.find(Deployment, {
        namespace: 'greenroom-system',
        name: 'greenroom-operator',
      }),
      client.list(resourceType<Agent>(Agent)),
      client.list(resourceType<Task>(Task)),
      client.list(resourceType<Approval>(Approval)),
    ]);
    const waiting = approvals.items.filter(
      approval => (approval.status?.phase ?? 'Pending') === 'Pending',
    );
    const summary = {
      running: true,
      ...running,
      operatorReady: Boolean(operator?.status?.availableReplicas),
      agents: agents.items.map(agent => ({
        namespace: agent.metadata.namespace,
        name: agent.metadata.name,
        phase: agent.status?.phase ?? 'Pending',
        message: agent.status?.conditions?.find(({ type }) => type === 'Ready')
          ?.message,
        activeTasks: agent.status?.activeTasks ?? 0,
        queuedTasks: agent.status?.queuedTasks ?? 0,
      })),
      tasks: tasks.items.length,
      waitingApprovals: waiting.map(({ metadata }) => metadata.name),
    };
    if (output.format === 'json') {
      output.json(summary);
      return;
    }
    output.print(
      `API server  ${running.apiServer}\nkubectl     export KUBECONFIG=${
        running.kubeconfig
      }\noperator    ${
        summary.operatorReady ? 'ready' : 'not ready'
      }\ntasks       ${summary.tasks}${
        waiting.length
          ? `\napprovals   ${waiting.length} waiting: greenroom approvals`
          : ''
      }\n`,
    );
    const table = new Table({
      head: ['Agent', 'Phase', 'Active', 'Queued', 'Why'],
      style: { head: [], border: [] },
      wordWrap: true,
      colWidths: [28, 12, 8, 8, 60],
    });
    for (const agent of summary.agents) {
      table.push([
        `${agent.namespace}/${agent.name}`,
        agent.phase,
        agent.activeTasks,
        agent.queuedTasks,
        agent.message ?? '',
      ]);
    }
    output.print(table.toString());
  } finally {
    client.close();
  }
}
