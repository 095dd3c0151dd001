import type { PrinterColumn } from '../defineKind';

/** A column of text; `wide` ones show only with `-o wide`. */
const of = (
  name: string,
  jsonPath: string,
  options: { wide?: boolean; type?: PrinterColumn['type'] } = {},
): PrinterColumn => ({
  name,
  type: options.type ?? 'string',
  jsonPath,
  ...(options.wide ? { priority: 1 } : {}),
});

/** Printer columns, as `kubectl get` shows them. */
export const column = {
  of,
  phase: of('Phase', '.status.phase'),
  age: of('Age', '.metadata.creationTimestamp', { type: 'date' }),
  condition: (type: string, options?: { wide?: boolean }) =>
    of(type, `.status.conditions[?(@.type=="${type}")].status`, options),
  reasonOf: (type: string, options?: { wide?: boolean }) =>
    of('Reason', `.status.conditions[?(@.type=="${type}")].reason`, options),
};
