import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, relative, resolve } from 'node:path';
import { StepError } from '../StepError';
import type { VerbWork } from '../StepContext';

/** Answers are cut to this in a Task's status, so no more of a file is read for one. */
const ANSWER_LIMIT_BYTES = 64 * 1024;

const MEDIA_TYPES: Record<string, string> = {
  '.csv': 'text/csv',
  '.html': 'text/html',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
};

/** Hands over a file of the workspace, or a text, as a result. */
export const artifactVerb: VerbWork<'artifact'> = async (body, context) => {
  const { name, title, answer } = body;
  const common = {
    name,
    ...(title && { title }),
    ...(answer && { answer }),
    media_type:
      body.mediaType ??
      MEDIA_TYPES[extname(body.path ?? name)] ??
      'application/octet-stream',
  };
  if (body.content !== undefined) {
    context.turn.emit('agent.artifact', { ...common, content: body.content });
    return { text: body.content, path: '' };
  }
  const { workspaceDir } = context.session;
  const file = await fileInside(workspaceDir, body.path!, context.stepName);
  context.turn.emit('agent.artifact', {
    ...common,
    path: relative(await realpath(workspaceDir), file),
  });
  return { text: answer ? await headOf(file) : '', path: file };
};

async function fileInside(
  workspaceDir: string,
  path: string,
  stepName: string,
): Promise<string> {
  const fail = (why: string, cause?: unknown) =>
    new StepError('StepFailed', `Step "${stepName}": ${path} ${why}.`, {
      cause,
    });
  const root = await realpath(workspaceDir);
  let file: string;
  try {
    file = await realpath(resolve(workspaceDir, path));
  } catch (error) {
    throw fail('is not there, so it cannot be an artifact', error);
  }
  if (!file.startsWith(`${root}/`)) {
    throw fail('lies outside the workspace. Copy it in first');
  }
  if (!(await stat(file)).isFile()) throw fail('is not a file');
  return file;
}

async function headOf(file: string): Promise<string> {
  return (await readFile(file)).subarray(0, ANSWER_LIMIT_BYTES).toString();
}
