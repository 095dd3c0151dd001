import { constants, type Dirent } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as pipe } from 'node:stream/promises';
import { resolveInside, writeFileAtomically } from '@greenroom/context-tools';
import { mediaTypeOf } from '../artifacts/mediaTypeOf';
import { readBody } from '../server/readBody';
import {
  answerJson,
  RouteError,
  type RouteContext,
} from '../server/SidecarServer';
import type { SidecarServices } from '../SidecarServices';

/** As large as a blob. */
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;
const MOST_ENTRIES = 10_000;

/** One entry of a folder. */
interface Entry {
  name: string;
  type: 'file' | 'folder' | 'link' | 'other';
  bytes: number;
  /** RFC 3339. */
  modified: string;
}

/** `/v1/workspace/files/<path>`: list, read and write inside the workspace; nothing outside, also not through links. */
export function workspaceRoutes({ server, config }: SidecarServices): void {
  const locate = async ({ params }: RouteContext): Promise<string> => {
    // The router has decoded the path once; it is never decoded again.
    return await resolveInside(config.workspaceDir, params['*'] ?? '');
  };
  const read = async (context: RouteContext) => {
    const path = await locate(context);
    const file = await open(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    ).catch(refuse);
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) {
        answerJson(context.response, 200, { entries: await entriesOf(path) });
        return;
      }
      if (!stat.isFile())
        throw new RouteError(
          400,
          'NotAFile',
          'This is neither a file nor a folder.',
        );
      if (stat.size > LARGEST_FILE_BYTES)
        throw new RouteError(
          413,
          'TooLarge',
          `The file has ${stat.size} bytes; at most 64 MiB are served.`,
        );
      context.response.writeHead(200, {
        'content-type': mediaTypeOf(path),
        'content-length': stat.size,
        'x-content-type-options': 'nosniff',
      });
      if (stat.size === 0) context.response.end();
      else
        await pipe(
          file.createReadStream({ autoClose: false, end: stat.size - 1 }),
          context.response,
        );
    } finally {
      await file.close();
    }
  };
  const write = async (context: RouteContext) => {
    const path = await locate(context);
    const before = await lstat(path).catch(() => undefined);
    if (before && !before.isFile())
      throw new RouteError(
        409,
        'NotAFile',
        'There is something here that is no file.',
      );
    const body = await readBody(context.request, LARGEST_FILE_BYTES);
    await writeFileAtomically(
      path,
      body,
      before ? before.mode % 0o1000 : 0o644,
    ).catch(refuse);
    answerJson(context.response, before ? 200 : 201, { bytes: body.length });
  };
  for (const path of ['/v1/workspace/files', '/v1/workspace/files/*']) {
    server.route('GET', path, { session: 'none' }, read);
  }
  server.route('PUT', '/v1/workspace/files/*', { session: 'none' }, write);
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true });
  if (found.length > MOST_ENTRIES)
    throw new RouteError(
      413,
      'TooLarge',
      `The folder has ${found.length} entries; at most ${MOST_ENTRIES} are listed.`,
    );
  return await Promise.all(
    found.map(async entry => {
      const { size, mtime } = await lstat(join(folder, entry.name));
      const type = typeOf(entry);
      return {
        name: entry.name,
        type,
        bytes: size,
        modified: mtime.toISOString(),
      };
    }),
  );
}

function typeOf(entry: Dirent): Entry['type'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

function refuse(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT')
    throw new RouteError(
      404,
      'NotFound',
      'There is no such file in the workspace.',
      { cause: error },
    );
  if (error.code === 'EACCES' || error.code === 'EPERM')
    throw new RouteError(
      403,
      'NotAllowed',
      'The sidecar may not open this file.',
      { cause: error },
    );
  if (error.code === 'ENOTDIR' || error.code === 'EISDIR')
    throw new RouteError(409, 'NotAFile', 'A part of this path is a file.', {
      cause: error,
    });
  if (error.code === 'ELOOP')
    throw new RouteError(
      400,
      'OutsideFolderError',
      'This is a symbolic link.',
      { cause: error },
    );
  throw error;
}
