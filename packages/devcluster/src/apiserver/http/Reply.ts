import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringify } from 'yaml';

/** An answer that fits in memory. */
export interface Reply {
  status: number;
  body: unknown;
  /** JSON text that is ready already; wins over `body`. */
  text?: string;
  contentType?: string;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function created(body: unknown): Reply {
  return { status: 201, body };
}

/** Sends the answer in the format the client accepts: JSON, or YAML if it asks for nothing else. */
export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, text, contentType }: Reply,
): void {
  const wantsYaml =
    !contentType &&
    /application\/yaml/.test(request.headers.accept ?? '') &&
    !/application\/json|\*\/\*/.test(request.headers.accept ?? '');
  const payload = Buffer.from(
    text ??
      (wantsYaml
        ? stringify(body, { aliasDuplicateObjects: false })
        : JSON.stringify(body)),
  );
  response.writeHead(status, {
    'Content-Type':
      contentType ?? (wantsYaml ? 'application/yaml' : 'application/json'),
    'Content-Length': payload.length,
    'Cache-Control': 'no-cache, private',
  });
  response.end(request.method === 'HEAD' ? undefined : payload);
}

/** Adds a warning that clients show to the user. */
export function warn(response: ServerResponse, message: string): void {
  const quoted = message
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', ' ');
  response.appendHeader('Warning', `299 - "${quoted}"`);
}
