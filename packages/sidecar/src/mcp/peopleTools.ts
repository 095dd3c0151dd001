import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveInside } from '@greenroom/context-tools';
import { v7 } from 'uuid';
import { z } from 'zod';
import { ArtifactError } from '../artifacts/ArtifactDesk';
import { mediaTypeOf } from '../artifacts/mediaTypeOf';
import type { SidecarServices } from '../SidecarServices';
import { shareTypeOf } from '../artifacts/shareTypeOf';
import { defineTool, type GreenroomTool } from './GreenroomTool';

/** As the schema of `agent.share` has it. */
const MOST_SHARED_FILES = 1_000;
const LARGEST_SHARE_BYTES = 200 * 1024 * 1024;

/** Tools that reach people and other agents. */
export function peopleTools(services: SidecarServices): GreenroomTool[] {
  const { call, emit, artifacts, config, sessions } = services;
  return [
    defineTool({
      name: 'notify',
      title: 'Notify people',
      description:
        'Send people a note that they see even when they do not watch this session. Use it for what they must know, seldom.',
      input: z.object({
        message: z.string().min(1).max(16_384).describe('Markdown.'),
        type: z.enum(['info', 'success', 'warning', 'error']).optional(),
        title: z.string().max(512).optional(),
        recipients: z
          .array(z.string().max(512))
          .max(64)
          .optional()
          .describe(
            'Entity references such as user:default/jane; the owner when left out.',
          ),
      }),
      run: async (input, { session, callId }) => {
        const safe = JSON.parse(
          await services.secrets.redactWhole(JSON.stringify(input)),
        ) as typeof input;
        const { name } = await call('notify', {
          ...safe,
          session_id: session.id,
          request_id: callId,
        });
        await emit(session.id, {
          type: 'agent.notification',
          payload: { ...input, notification: name },
        });
        return { text: 'Sent.', structured: { notification: name } };
      },
    }),
    defineTool({
      name: 'share_file',
      title: 'Share files',
      description:
        'Offer a file or folder of the workspace to people, for reading or download.',
      input: z.object({
        path: z
          .string()
          .min(1)
          .max(4_096)
          .describe('Relative to the workspace.'),
        title: z.string().max(512).optional(),
      }),
      run: async ({ path, title }, { session }) => {
        const inside = artifacts.relativePath(path);
        const files = [];
        let total = 0;
        for (const each of await filesOf(config.workspaceDir, inside)) {
          const { digest, bytes } = await artifacts.keepBlob(session.id, each);
          total += bytes;
          if (total > LARGEST_SHARE_BYTES)
            throw new ArtifactError(
              'A share has at most 200 MiB. Share fewer files.',
            );
          files.push({
            path: each,
            bytes,
            media_type: mediaTypeOf(each),
            digest,
          });
        }
        const share_id = v7();
        const entry = files.find(file =>
          /(^|\/)index\.html?$/.test(file.path),
        )?.path;
        await emit(session.id, {
          type: 'agent.share',
          payload: {
            share_id,
            share_type: shareTypeOf(inside, files.length, entry !== undefined),
            ...(title && { title }),
            path: inside,
            files,
            total_bytes: total,
            ...(entry && { entry_point: entry }),
          },
        });
        return {
          text: `Shared ${files.length} ${
            files.length === 1 ? 'file' : 'files'
          }.`,
          structured: { share_id, files: files.length, bytes: total },
        };
      },
    }),
    defineTool({
      name: 'list_agents',
      title: 'List agents',
      description: 'The other agents that you may call.',
      input: z.object({}),
      run: async () => {
        const { agents } = await call('list_agents', {});
        const lines = agents.map(
          ({ namespace, name, description, phase }) =>
            `${namespace}/${name}${phase ? ` (${phase})` : ''}${
              description ? `: ${description}` : ''
            }`,
        );
        return {
          text: lines.join('\n') || 'There are none.',
          structured: { agents },
        };
      },
    }),
    defineTool({
      name: 'end_session',
      title: 'End the session',
      description:
        'End this session when its work is done and nobody will ask more. Say what came of it.',
      input: z.object({
        summary: z.string().max(65_536).optional(),
        success: z
          .boolean()
          .optional()
          .describe('False when the work could not be done.'),
      }),
      run: async ({ summary, success }, { session }) => {
        void sessions.endByAgent(session, {
          summary,
          success: success !== false,
        });
        return { text: 'The session ends.' };
      },
    }),
  ];
}

async function filesOf(workspaceDir: string, path: string): Promise<string[]> {
  const resolved = await resolveInside(workspaceDir, path);
  const kind = await stat(resolved).catch(() => undefined);
  if (!kind) throw new ArtifactError(`There is no "${path}" in the workspace.`);
  if (kind.isFile()) return [path];
  const found: string[] = [];
  const folders = [''];
  for (
    let folder = folders.pop();
    folder !== undefined;
    folder = folders.pop()
  ) {
    for (const entry of await readdir(join(resolved, folder), {
      withFileTypes: true,
    })) {
      const inside = folder ? `${folder}/${entry.name}` : entry.name;
      // Links may lead anywhere and are never followed; dot folders and dependencies are no results.
      if (
        entry.isDirectory() &&
        !entry.name.startsWith('.') &&
        entry.name !== 'node_modules'
      )
        folders.push(inside);
      else if (entry.isFile())
        found.push(`${path.replace(/\/$/, '')}/${inside}`);
      if (found.length > MOST_SHARED_FILES)
        throw new ArtifactError(
          `"${path}" holds more than ${MOST_SHARED_FILES} files. Share a folder with fewer, or an archive.`,
        );
    }
  }
  if (found.length === 0) throw new ArtifactError(`"${path}" holds no files.`);
  return found.sort();
}
