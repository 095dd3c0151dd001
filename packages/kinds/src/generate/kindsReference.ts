import { allKinds } from '../allKinds';
import { objectSchema } from '../crd/crdOf';
import type { KindDefinition } from '../defineKind';
import { Agent } from '../kinds/Agent';
import { fieldRows, type KnownFields } from './fieldRows';

/**
 * The reference of all kinds, as Markdown.
 *
 * @param examples - the text of an example, by the singular name of its kind
 */
export function kindsReference(examples: ReadonlyMap<string, string>): string {
  const sections = allKinds.map(kind =>
    kindSection(kind, examples.get(kind.singular)),
  );
  return `${[
    intro(),
    overview(),
    ...sections,
    '<!-- prettier-ignore-end -->',
  ].join('\n\n')}\n`;
}

function intro(): string {
  return `# Kinds

<!-- Generated from packages/kinds by \`yarn workspace @greenroom/kinds generate\`. Do not edit. -->
<!-- prettier-ignore-start -->

All kinds are in \`greenroom.dev/v1alpha1\` and in the category \`greenroom\`, so \`kubectl get greenroom\` lists them. References are by name in the same
namespace unless marked. A field marked **required** must be there when what it stands in is there. A default in parentheses holds after an
Agent was merged with its template; the others are filled in by the API server. A duration is written as \`90s\`, \`1h30m\` or \`7d\`; a quantity as
\`500m\` or \`10Gi\`.

Every kind has \`status.conditions\`, each with a reason from the closed list below, a message in words and the generation it was said about.
\`kubectl explain agent.spec --recursive\` shows the same in a terminal.`;
}

function overview(): string {
  const rows = allKinds.map(
    ({ kind, shortNames, scope, doc }) =>
      `| [${kind}](#${kind.toLowerCase()}) | \`${
        shortNames[0]
      }\` | ${scope} | ${cell(doc)} |`,
  );
  return [
    '| kind | short | scope | what it is |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function kindSection(
  definition: KindDefinition,
  example: string | undefined,
): string {
  const { kind, doc, acts, plural, shortNames, scope } = definition;
  const schema = objectSchema(definition);
  const parts = [
    `## ${kind}`,
    doc,
    `\`kubectl get ${plural}\`, short \`${shortNames.join('`, `')}\`; ${
      scope === 'Cluster' ? 'for the whole cluster' : 'in a namespace'
    }.`,
  ];
  if (!acts) {
    parts.push(
      `**Nothing acts on this kind yet.** It is checked and stored; its controller comes in a later release.`,
    );
  }
  if (example)
    parts.push(
      `### Example of ${kind}`,
      `\`\`\`yaml\n${example.trimEnd()}\n\`\`\``,
    );
  for (const [part, field] of Object.entries(schema.properties ?? {})) {
    if (['apiVersion', 'kind', 'metadata'].includes(part)) continue;
    parts.push(
      `### ${kind}: ${part}`,
      fieldTable(
        fieldRows(field, part, kind === 'Agent' ? undefined : agentFields()),
      ),
    );
  }
  const rules = rulesOf(definition);
  if (rules) parts.push(rules);
  parts.push(conditionTable(definition));
  return parts.join('\n\n');
}

/** What other kinds share with an Agent is described there. */
function agentFields(): KnownFields {
  const fields =
    objectSchema(Agent as unknown as KindDefinition).properties?.spec
      .properties ?? {};
  return { title: 'Agent', link: '#agent-spec', fields };
}

function fieldTable(rows: ReturnType<typeof fieldRows>): string {
  return [
    '| field | type | what it is |',
    '| --- | --- | --- |',
    ...rows.map(
      row => `| \`${row.path}\` | ${cell(row.type)} | ${cell(row.doc)} |`,
    ),
  ].join('\n');
}

function rulesOf({
  kind,
  rules,
  objectRules,
}: KindDefinition): string | undefined {
  const sentences = [...objectRules, ...rules].map(
    ({ message }) => `- ${message}`,
  );
  return sentences.length > 0
    ? `### ${kind}: rules\n\n${sentences.join('\n')}`
    : undefined;
}

function conditionTable({ kind, conditions }: KindDefinition): string {
  const types = Object.entries(conditions);
  if (types.length === 0) return `### ${kind}: conditions\n\nNone.`;
  const rows = types.flatMap(([type, { doc, reasons }]) => [
    `| **${type}** | | ${cell(doc)} | |`,
    ...Object.entries(reasons).map(
      ([reason, { status, meaning, action }]) =>
        `| ${reason} | ${status} | ${cell(meaning)} | ${cell(action ?? '')} |`,
    ),
  ]);
  return [
    `### ${kind}: conditions`,
    '',
    '| condition, reason | status | meaning | what to do |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Text for a cell of a table. */
function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ');
}
