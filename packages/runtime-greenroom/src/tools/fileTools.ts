import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { defineTool, type AgentTool } from './AgentTool';
import type { WorkspacePaths } from './WorkspacePaths';

/** Lines given at once; a model asks for more where it needs more. */
const READ_LINES = 1_000;
/** Above this a file is data, not text to read. */
const LARGEST_READ_BYTES = 8 * 1024 * 1024;
/** What one answer may hold: a few thousand tokens. */
const ANSWER_CHARACTERS = 48_000;
const LISTED_ENTRIES = 500;
const SKIPPED_FOLDERS = new Set([
  '.git',
  'node_modules',
  '.venv',
  '__pycache__',
]);

/** Reading, writing, editing and listing files of the workspace. */
export function fileTools(paths: WorkspacePaths): AgentTool[] {
  return [readTool(paths), writeTool(paths), editTool(paths), listTool(paths)];
}

function readTool(paths: WorkspacePaths): AgentTool {
  return defineTool({
    name: 'read_file',
    description: `Reads a text file of the workspace with line numbers, at most ${READ_LINES} lines at once.`,
    input: z.object({
      path: z.string().describe('Path relative to the workspace.'),
      from_line: z
        .number()
        .int()
        .min(1)
        .default(1)
        .describe('First line to read.'),
      lines: z
        .number()
        .int()
        .min(1)
        .max(READ_LINES)
        .default(READ_LINES)
        .describe('How many lines.'),
    }),
    action: ({ path }) => `Read ${path}`,
    async execute({ path, from_line: from, lines: count }) {
      const lines = (await readText(await paths.resolve(path), path)).split(
        '\n',
      );
      const shown = lines.slice(from - 1, from - 1 + count);
      const numbered = shown
        .map((line, index) => `${from + index}\t${line}`)
        .join('\n');
      const rest = lines.length - (from - 1 + shown.length);
      return cut(numbered) + (rest > 0 ? `\n… ${rest} more lines` : '');
    },
  });
}

function writeTool(paths: WorkspacePaths): AgentTool {
  return defineTool({
    name: 'write_file',
    description:
      'Writes a whole file of the workspace; folders are made as needed, an existing file is replaced.',
    input: z.object({
      path: z.string().describe('Path relative to the workspace.'),
      content: z.string().describe('The whole new content.'),
    }),
    action: ({ path }) => `Write ${path}`,
    async execute({ path, content }) {
      const file = await paths.resolve(path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      return `Wrote ${Buffer.byteLength(content)} bytes to ${await paths.shown(
        file,
      )}.`;
    },
  });
}

function editTool(paths: WorkspacePaths): AgentTool {
  return defineTool({
    name: 'edit_file',
    description:
      'Replaces a text in a file of the workspace. The old text must stand there exactly once, unless all occurrences are meant.',
    input: z.object({
      path: z.string().describe('Path relative to the workspace.'),
      old_text: z
        .string()
        .min(1)
        .describe('Text to replace, exactly as in the file.'),
      new_text: z.string().describe('Text to put in its place.'),
      all: z
        .boolean()
        .default(false)
        .describe('Whether to replace every occurrence.'),
    }),
    action: ({ path }) => `Edit ${path}`,
    async execute({ path, old_text: oldText, new_text: newText, all }) {
      const file = await paths.resolve(path);
      const parts = (await readText(file, path)).split(oldText);
      const found = parts.length - 1;
      if (found === 0) {
        throw new Error(
          `${path} does not hold the old text. Read the file and copy the text exactly, spaces included.`,
        );
      }
      if (found > 1 && !all) {
        throw new Error(
          `${path} holds the old text ${found} times. Give more of the text around it, or set "all".`,
        );
      }
      await writeFile(file, parts.join(newText));
      return `Replaced ${found} occurrence${
        found === 1 ? '' : 's'
      } in ${path}.`;
    },
  });
}

function listTool(paths: WorkspacePaths): AgentTool {
  return defineTool({
    name: 'list_files',
    description: `Lists a folder of the workspace, at most ${LISTED_ENTRIES} entries; folders end with a slash. ${[
      ...SKIPPED_FOLDERS,
    ].join(', ')} are named but not entered.`,
    input: z.object({
      path: z
        .string()
        .default('.')
        .describe('Folder relative to the workspace.'),
      depth: z
        .number()
        .int()
        .min(1)
        .max(10)
        .default(1)
        .describe('How many levels deep.'),
    }),
    action: ({ path }) => `List ${path}`,
    async execute({ path, depth }) {
      const entries: string[] = [];
      await list(await paths.resolve(path), '', depth, entries);
      const isCut = entries.length > LISTED_ENTRIES;
      return (
        cut(entries.slice(0, LISTED_ENTRIES).join('\n')) +
        (isCut ? '\n… more entries; list a deeper folder' : '')
      );
    },
  });
}

async function list(
  folder: string,
  prefix: string,
  depth: number,
  entries: string[],
): Promise<void> {
  const found = await readdir(folder, { withFileTypes: true });
  for (const entry of found.sort((a, b) => a.name.localeCompare(b.name))) {
    if (entries.length > LISTED_ENTRIES) return;
    const shown = prefix + entry.name;
    entries.push(entry.isDirectory() ? `${shown}/` : shown);
    // Links are named and not followed: they may lead outside.
    if (entry.isDirectory() && depth > 1 && !SKIPPED_FOLDERS.has(entry.name)) {
      await list(join(folder, entry.name), `${shown}/`, depth - 1, entries);
    }
  }
}

async function readText(file: string, path: string): Promise<string> {
  const { size } = await stat(file);
  if (size > LARGEST_READ_BYTES) {
    throw new Error(
      `${path} has ${size} bytes, too many to read at once. Use run with head, tail or grep.`,
    );
  }
  const content = await readFile(file);
  if (content.subarray(0, 8_000).includes(0)) {
    throw new Error(
      `${path} is binary. Use run with a program that understands it.`,
    );
  }
  return content.toString();
}

function cut(text: string): string {
  if (text.length <= ANSWER_CHARACTERS) return text;
  return `${text.slice(0, ANSWER_CHARACTERS)}\n… ${
    text.length - ANSWER_CHARACTERS
  } characters left out`;
}
