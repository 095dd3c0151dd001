import { UnreadableManifestError } from './Project';

/**
 * Parses a JSON file whose top is an object.
 *
 * @throws {UnreadableManifestError} with the place of the fault, and nothing of the content: it may be a secret.
 */
export function parseJsonFile(path: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const [, line, column] =
      /\(line (\d+) column (\d+)\)/.exec((error as Error).message) ?? [];
    throw new UnreadableManifestError(
      `${path} is not JSON${line ? ` (line ${line}, column ${column})` : ''}`,
    );
  }
  if (!value || typeof value !== 'object') {
    throw new UnreadableManifestError(`${path} holds no object`);
  }
  return value;
}
