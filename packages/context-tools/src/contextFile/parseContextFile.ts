import type { RenderedPart } from './renderContextFile';

const ELEMENT =
  /<context name="([^"<>]*)" type="([^"<>]*)">\n([\s\S]*?)\n<\/context>/g;

function unescapeAttribute(text: string): string {
  return text
    .replaceAll('&#10;', '\n')
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

/**
 * Reads a `context.md` back into its parts. Contents are escaped, so an element always ends where it was ended;
 * text outside elements is ignored.
 */
export function parseContextFile(text: string): RenderedPart[] {
  return [...text.matchAll(ELEMENT)].map(([, name, type, content]) => ({
    name: unescapeAttribute(name),
    type: unescapeAttribute(type),
    content,
  }));
}

/** The agent's parts and then the task's; a task's part takes the place of the agent's of the same name. */
export function mergeContextParts(
  agent: readonly RenderedPart[],
  task: readonly RenderedPart[],
): RenderedPart[] {
  const own = new Map(task.map(part => [part.name, part]));
  const merged = agent.map(part => {
    const replacement = own.get(part.name);
    own.delete(part.name);
    return replacement ?? part;
  });
  return [...merged, ...task.filter(part => own.get(part.name) === part)];
}
