/**
 * Kubernetes' own expansion in env values, command and args: `$(NAME)` becomes the variable's value, `$$(NAME)` stays as `$(NAME)`, and a
 * name that is not defined stays as written.
 */
export function expandVariables(
  text: string,
  defined: ReadonlyMap<string, string>,
): string {
  if (!text.includes('$')) return text;
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1];
    if (text[at] !== '$' || next === undefined) {
      result += text[at];
    } else if (next === '$') {
      result += '$';
      at++;
    } else if (next === '(') {
      const end = text.indexOf(')', at + 2);
      if (end < 0) return result + text.slice(at);
      const name = text.slice(at + 2, end);
      result += defined.get(name) ?? `$(${name})`;
      at = end;
    } else {
      result += '$';
    }
  }
  return result;
}
