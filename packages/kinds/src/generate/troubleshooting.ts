import { allKinds } from '../allKinds';
import type { ConditionEntry } from '../conditions/Condition';

/** What to do about every condition that is not as it should be, as Markdown. */
export function troubleshooting(): string {
  const sections = allKinds
    .filter(({ acts }) => acts)
    .map(({ kind, singular, conditions }) =>
      [
        `## ${kind}`,
        `\`kubectl describe ${singular} NAME\` shows the conditions with their messages, and the events.`,
        ...Object.entries(conditions).map(([type, entry]) =>
          conditionSection(kind, type, entry),
        ),
      ].join('\n\n'),
    );
  return `${[intro(), ...sections, '<!-- prettier-ignore-end -->'].join(
    '\n\n',
  )}\n`;
}

function intro(): string {
  return `# Troubleshooting, by condition

<!-- Generated from packages/kinds by \`yarn workspace @greenroom/kinds generate\`. Do not edit. -->
<!-- prettier-ignore-start -->

Whatever waits or fails in Greenroom has a condition that says why, in words, and what to do. Begin with the object itself
(\`kubectl get agents,tasks,sessions\` and \`kubectl describe\`), and find its reason here. Reasons that need nothing done are left out.

Before that, \`greenroom doctor\` checks the machine, the cluster and the operator. The logs are in \`.greenroom/logs\` on a laptop, and come by
\`kubectl logs -n greenroom-system deploy/greenroom-operator\`, \`kubectl logs POD -c sidecar\` and \`kubectl logs POD -c agent\` anywhere.`;
}

function conditionSection(
  kind: string,
  type: string,
  { doc, reasons }: ConditionEntry,
): string {
  const rows = Object.entries(reasons)
    .filter(([, { action }]) => action)
    .map(
      ([reason, { status, meaning, action }]) =>
        `| \`${reason}\` | ${status} | ${meaning} | ${action} |`,
    );
  const title = `### ${kind}: ${type}\n\n${doc}`;
  return rows.length
    ? [
        title,
        [
          '| reason | status | what it means | what to do |',
          '| --- | --- | --- | --- |',
          ...rows,
        ].join('\n'),
      ].join('\n\n')
    : title;
}
