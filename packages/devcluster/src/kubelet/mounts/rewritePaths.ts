/** Where a path inside a container lies on the host. */
export interface PathMapping {
  /** Absolute, without a slash at the end. */
  inside: string;
  outside: string;
}

/** Before a path there is nothing that could belong to a longer one: `$HOME/tools` and `a/tools` do not name `/tools`. */
const NOT_BEFORE = '[\\w.~)}\\]*%+@/-]';
const NOT_AFTER = '[\\w.~+@-]';

/** Replaces, in one pass, each mention of a mapped path by its place on the host. Whole path components only, deepest mapping first. */
export function rewritePaths(
  text: string,
  mappings: readonly PathMapping[],
): string {
  if (!mappings.length || !text.includes('/')) return text;
  const outside = new Map(
    mappings.map(mapping => [mapping.inside, mapping.outside]),
  );
  const alternatives = [...outside.keys()]
    .sort((a, b) => b.length - a.length)
    .map(escapeRegExp)
    .join('|');
  const pattern = new RegExp(
    `(?<=file://|(?<!${NOT_BEFORE})|^)(?:${alternatives})(?!${NOT_AFTER})`,
    'g',
  );
  return text.replace(pattern, path => outside.get(path)!);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
