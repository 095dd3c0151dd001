import type { CallToolResult } from '@modelcontextprotocol/server';

/** What an agent is given of one result. Larger ones would fill any model's context. */
export const LARGEST_RESULT_BYTES = 1024 * 1024;
/** What stands for a larger one. */
const BEGINNING_CHARACTERS = 32_768;

/** The text of a result, as people read it. */
export function resultText({ content }: CallToolResult): string {
  return content
    .map(block => {
      if (block.type === 'text') return block.text;
      if (block.type === 'resource' && 'text' in block.resource)
        return block.resource.text;
      return `[${block.type} content]`;
    })
    .join('\n');
}

/** The whole result as one text, for what is kept of it. */
export function wholeText(result: CallToolResult): string {
  const isPlain =
    !result.structuredContent &&
    result.content.every(({ type }) => type === 'text');
  return isPlain ? resultText(result) : JSON.stringify(result);
}

/** The beginning of a result that is too large, and where the whole is. */
export function shortResult(
  result: CallToolResult,
  kept: { digest: string; bytes: number },
  hasOutputSchema: boolean,
): CallToolResult {
  const beginning = resultText(result).slice(0, BEGINNING_CHARACTERS);
  return {
    content: [
      {
        type: 'text',
        text: `${beginning}\n\n[The result has ${kept.bytes} bytes, more than the ${LARGEST_RESULT_BYTES} that an agent is given. This is its beginning; the whole is kept with the session as sha256:${kept.digest}. Ask for less at once.]`,
      },
    ],
    // A function that promises a form for its result cannot keep the promise in part.
    ...((result.isError || hasOutputSchema) && { isError: true }),
  };
}

/** A refusal or a failure, for the model to read. */
export function errorResult(message: string): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true };
}

/** The same value with every string in it, and every key, passed through a function. */
export function mapStrings<Value>(
  value: Value,
  map: (text: string) => string,
): Value {
  if (typeof value === 'string') return map(value) as Value;
  if (Array.isArray(value))
    return value.map(item => mapStrings(item, map)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      map(key),
      mapStrings(item, map),
    ]),
  ) as Value;
}
