import type { z } from 'zod';
import type { PlaybookFault } from './PlaybookError';
import type { YamlLines } from './YamlLines';

/** A schema's complaints as sentences with lines. `base` is where the checked value stands in the document. */
export function faultsOf(
  error: z.ZodError,
  lines: YamlLines,
  base: readonly PropertyKey[],
): PlaybookFault[] {
  return error.issues.flatMap(issue => faultsOfIssue(issue, lines, base));
}

function faultsOfIssue(
  issue: z.core.$ZodIssue,
  lines: YamlLines,
  base: readonly PropertyKey[],
): PlaybookFault[] {
  const path = [...base, ...issue.path];
  const field = fieldName(path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      line: lines.lineOf([...path, key]),
      message: `${field} has no field "${key}". Remove it or correct its name.`,
    }));
  }
  if (issue.code === 'invalid_union') {
    // The last form is the object with named fields: its complaint is the more telling one.
    const branch = issue.errors.at(-1);
    if (
      branch?.length &&
      branch.some(
        inner => inner.path.length > 0 || inner.code !== 'invalid_type',
      )
    ) {
      return branch.flatMap(inner =>
        faultsOfIssue(inner, lines, [...base, ...issue.path]),
      );
    }
    return [
      {
        line: lines.lineOf(path),
        message: `${field} is neither a text nor an object with named fields.`,
      },
    ];
  }
  return [
    {
      line: lines.lineOf(path),
      message: `${field}: ${lowerFirst(issue.message)}.`,
    },
  ];
}

function fieldName(path: readonly PropertyKey[]): string {
  if (!path.length) return 'the playbook';
  return path
    .map((key, index) =>
      typeof key === 'number'
        ? `[${key}]`
        : `${index ? '.' : ''}${String(key)}`,
    )
    .join('');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
