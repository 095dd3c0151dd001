import { Approval } from '@greenroom/kinds';
import { Decision } from '../cluster/ApprovalDesk';

/** Puts an Approval before the person at the terminal. `undefined` when they leave it for later. */
export async function askApproval(
  { spec }: Approval,
  signal: AbortSignal,
): Promise<Decision | undefined> {
  const { select, text, isCancel, note } = await import('@clack/prompts');
  if (spec.type === 'Question') {
    const answer = spec.choices?.length
      ? await select({
          message: spec.question!,
          options: spec.choices.map(value => ({ value, label: value })),
          signal,
        })
      : await text({ message: spec.question!, signal });
    return isCancel(answer) ? undefined : { answer };
  }
  const details = [
    spec.reason,
    spec.arguments && JSON.stringify(spec.arguments, undefined, 2),
  ].filter(Boolean);
  if (details.length) note(details.join('\n\n'), 'Why');
  const choice = await select({
    message: spec.action ?? `Call ${spec.tool}`,
    options: [
      { value: 'approve', label: 'Approve' },
      { value: 'reject', label: 'Reject' },
      { value: 'later', label: 'Decide later' },
    ],
    signal,
  });
  if (isCancel(choice) || choice === 'later') return undefined;
  if (choice === 'approve') return { approved: true };
  const reason = await text({
    message: 'Why not? (the agent is told)',
    placeholder: 'optional',
    signal,
  });
  return {
    approved: false,
    ...(isCancel(reason) || !reason ? {} : { reason }),
  };
}
