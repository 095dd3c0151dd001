/**
 * The beginning of a text that is too long, without a word that would be cut. The sidecar takes out whole secrets; of
 * half a one nobody would know that it is one.
 *
 * @param limit - longest result, in UTF-16 units
 */
export function beginningOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const part = text.slice(0, limit);
  // A word that ends just at the limit is whole.
  return /\s/.test(text[limit]) ? part : part.replace(/\S+$/, '');
}

/** The end of a text that is too long, without a word that would be cut; see {@link beginningOf}. */
export function endOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const part = text.slice(text.length - limit);
  return /\s/.test(text[text.length - limit - 1])
    ? part
    : part.replace(/^\S+/, '');
}
