/** Escapes text so that it can stand inside an element of `context.md` and never end it. */
export function escapeContextText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** Escapes text for an attribute in double quotes. */
export function escapeContextAttribute(text: string): string {
  return escapeContextText(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}

/** A part of `context.md` whose content is known. */
export interface RenderedPart {
  name: string;
  type: string;
  /** Already escaped. */
  content: string;
}

/** All keys of one ConfigMap as the content of its part, in the keys' order. */
export function renderConfigMapContent(data: Record<string, string>): string {
  return Object.keys(data)
    .sort()
    .map(
      key =>
        `<file name="${escapeContextAttribute(key)}">\n${escapeContextText(
          data[key],
        )}\n</file>`,
    )
    .join('\n');
}

/** The text of `context.md`: each part in its own element, a blank line between them. */
export function renderContextFile(parts: readonly RenderedPart[]): string {
  return parts
    .map(
      part =>
        `<context name="${escapeContextAttribute(
          part.name,
        )}" type="${escapeContextAttribute(part.type)}">\n${
          part.content
        }\n</context>\n`,
    )
    .join('\n');
}
