/** One thing wrong with an object, as an API server says it. */
export interface FieldProblem {
  /** Path of the field, such as `spec.contexts[0].name`. */
  path: string;
  /** What is wrong with it, and what to do. */
  message: string;
}

/** One line for people, such as `spec.port: Invalid value: 0: …`. */
export function printProblem({ path, message }: FieldProblem): string {
  return path ? `${path}: ${message}` : message;
}

/** A path as an API server writes it, from its steps. */
export function fieldPath(steps: readonly PropertyKey[]): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else path += path ? `.${String(step)}` : String(step);
  }
  return path;
}
