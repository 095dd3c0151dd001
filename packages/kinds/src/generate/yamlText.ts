import { stringify } from 'yaml';

/**
 * Writes YAML that every reader takes for the same: quotes what YAML 1.1, which kubectl reads, would take for a truth
 * value or an octal number.
 */
export function yamlText(value: unknown): string {
  return stringify(value, {
    version: '1.1',
    lineWidth: 120,
    aliasDuplicateObjects: false,
  });
}
