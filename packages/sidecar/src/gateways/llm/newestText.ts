import { listOf, recordOf, type JsonRecord } from './json';

/** Providers' contents are nested four deep; more is nobody's text. */
const DEEPEST = 8;

/**
 * What a model is told with this request and was not told before: the texts behind its own last word, results of tools among them.
 * Reads the bodies of all wire formats.
 */
export function newestText(body: JsonRecord): string {
  const said = body.messages ?? body.input;
  if (typeof said === 'string') return said;
  const items = listOf(said).map(recordOf);
  const last = items.findLastIndex(isTheModels);
  return textIn(items.slice(last + 1), DEEPEST);
}

function isTheModels({ role, type }: JsonRecord): boolean {
  return (
    role === 'assistant' ||
    type === 'reasoning' ||
    String(type ?? '').endsWith('_call')
  );
}

function textIn(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (depth === 0) return '';
  const parts = Array.isArray(value)
    ? value
    : [recordOf(value).text, recordOf(value).content, recordOf(value).output];
  return parts
    .map(part => textIn(part, depth - 1))
    .filter(Boolean)
    .join('\n');
}
