import Table from 'cli-table3';
import { CliError } from '../CliError';
import { ApprovalDesk, Decision, isWaiting } from '../cluster/ApprovalDesk';
import { ClusterChoice, connect } from '../cluster/connect';
import { GreenroomHome } from '../home/GreenroomHome';
import { Output } from '../output/Output';

/** Lists what waits for a person. */
export async function listApprovals(
  home: GreenroomHome,
  choice: ClusterChoice,
  output: Output,
): Promise<void> {
  const { client, namespace } = await connect(home, choice, process.env);
  try {
    const waiting = await new ApprovalDesk(client, namespace).waiting();
    if (output.format === 'json') {
      output.json(waiting);
      return;
    }
    if (!waiting.length) {
      output.print('Nothing waits for a decision.');
      return;
    }
    const table = new Table({
      head: ['Name', 'Agent', 'What', 'Until'],
      style: { head: [], border: [] },
    });
    for (const { metadata, spec } of waiting) {
      table.push([
        metadata.name!,
        spec.agentRef?.name ?? spec.templateRef?.name ?? '',
        spec.question ?? spec.action ?? `call ${spec.tool}`,
        spec.expiresAt ?? '',
      ]);
    }
    output.print(table.toString());
    output.note(
      'Decide with: greenroom approvals approve NAME, reject NAME, or answer NAME TEXT',
    );
  } finally {
    client.close();
  }
}

/** Decides one Approval. */
export async function decideApproval(
  home: GreenroomHome,
  choice: ClusterChoice,
  name: string,
  decision: Decision,
  output: Output,
): Promise<void> {
  const { client, namespace } = await connect(home, choice, process.env);
  try {
    const desk = new ApprovalDesk(client, namespace);
    const approval = await desk.get(name);
    if (!isWaiting(approval)) {
      throw new CliError(
        `Approval ${name} is ${
          approval.status?.phase ?? 'decided'
        } already; nothing was changed.`,
      );
    }
    const decided = await desk.decide(name, decision);
    if (output.format === 'json') output.json(decided);
    else output.print(`Approval ${name} is decided.`);
  } finally {
    client.close();
  }
}
