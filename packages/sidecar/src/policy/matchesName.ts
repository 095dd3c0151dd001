/** Whether a name fits a pattern in which `*` stands for any characters. Linear in the name for any pattern. */
export function matchesName(pattern: string, name: string): boolean {
  const [first, ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  const last = rest.pop()!;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return at <= end;
}

/** Whether a function of a Tool fits `<tool>/<function>` or, without a slash, the function's name alone. */
export function matchesTool(
  pattern: string,
  tool: string,
  functionName: string,
): boolean {
  return pattern.includes('/')
    ? matchesName(pattern, `${tool}/${functionName}`)
    : matchesName(pattern, functionName);
}
