import type { Expression } from './expressions/Expression';

/** Variables that every expression may read, with the fields each of them has. */
const CONTEXT: Record<string, readonly string[]> = {
  task: ['name', 'namespace', 'dir', 'description'],
  agent: ['name', 'namespace'],
  session: ['id'],
  workspace: ['dir'],
};

/** Knows which names exist at a point of a playbook, and says what is wrong with one that does not. */
export class NameCheck {
  private readonly outputs = new Set<string>();
  private loops = 0;

  constructor(private readonly inputs: readonly string[]) {}

  /** Declares a step's output for the steps after it. */
  declare(output: string): void {
    this.outputs.add(output);
  }

  /** Runs `within` where `item` and `index` exist. */
  inLoop(within: () => void): void {
    this.loops += 1;
    within();
    this.loops -= 1;
  }

  /** What is wrong with the names of an expression, as sentences. */
  faults(expression: Expression): string[] {
    return expression.names.flatMap(({ root, field }) => {
      const fields = this.fieldsOf(root);
      if (!fields) {
        return `"${
          expression.source
        }" reads "${root}", which does not exist here. ${this.known()}`;
      }
      if (fields === 'any' || field === undefined || fields.includes(field))
        return [];
      return `"${
        expression.source
      }" reads "${root}.${field}", which does not exist here. ${
        root === 'outputs'
          ? `Give an earlier step "set: ${field}".`
          : `There is ${list(fields.map(name => `${root}.${name}`))}.`
      }`;
    });
  }

  private fieldsOf(root: string): readonly string[] | 'any' | undefined {
    if (root === 'inputs') return this.inputs;
    if (root === 'outputs') return [...this.outputs];
    if ((root === 'item' || root === 'index') && this.loops) return 'any';
    // CEL's own type names are identifiers, too.
    if (
      /^(bool|bytes|double|int|list|map|null_type|string|type|uint)$/.test(root)
    )
      return 'any';
    return CONTEXT[root];
  }

  private known(): string {
    return `There is ${list([
      'inputs',
      'outputs',
      ...Object.keys(CONTEXT),
      ...(this.loops ? ['item', 'index'] : []),
    ])}.`;
  }
}

function list(names: readonly string[]): string {
  if (!names.length) return 'nothing declared';
  return names.join(', ');
}
