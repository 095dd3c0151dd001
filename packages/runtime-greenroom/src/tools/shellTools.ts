import { z } from 'zod';
import { runProcess, type ProcessResult } from '../processes/runProcess';
import type { SessionContext } from '../sessions/SessionContext';
import { defineTool, type AgentTool } from './AgentTool';
import type { WorkspacePaths } from './WorkspacePaths';

const DEFAULT_TIMEOUT_S = 120;
const LONGEST_TIMEOUT_S = 3_600;
const SEARCH_TIMEOUT_MS = 60_000;
/** What one answer may hold: a few thousand tokens. */
const OUTPUT_LIMIT_BYTES = 32 * 1024;

/** Running programs and searching in the workspace. */
export function shellTools(
  session: SessionContext,
  paths: WorkspacePaths,
): AgentTool[] {
  return [
    defineTool({
      name: 'run',
      description:
        'Runs a shell command in the workspace and gives its output. Nothing it starts in the background outlives it.',
      input: z.object({
        command: z.string().min(1).describe('Command for sh.'),
        folder: z
          .string()
          .default('.')
          .describe('Folder to run in, relative to the workspace.'),
        timeout_seconds: z
          .number()
          .int()
          .min(1)
          .max(LONGEST_TIMEOUT_S)
          .default(DEFAULT_TIMEOUT_S)
          .describe('When to end it.'),
      }),
      action: ({ command }) => `Run: ${command}`,
      async execute({ command, folder, timeout_seconds: seconds }, context) {
        const result = await runProcess({
          command: 'sh',
          args: ['-c', command],
          cwd: await paths.resolve(folder),
          env: session.env,
          signal: context.signal,
          timeoutMs: seconds * 1000,
          outputLimitBytes: OUTPUT_LIMIT_BYTES,
          onOutput: text => context.onOutput(text),
        });
        context.signal.throwIfAborted();
        const text = outputOf(result);
        if (result.timedOut)
          throw new Error(`${text}\nIt was ended after ${seconds} s.`);
        if (result.killedBy)
          throw new Error(`${text}\nIt was killed by ${result.killedBy}.`);
        if (result.exitCode !== 0)
          throw new Error(`${text}\nExit code ${result.exitCode}.`);
        return text || 'It ended well and said nothing.';
      },
    }),
    defineTool({
      name: 'search_files',
      description:
        'Searches the text files of the workspace with an extended regular expression; gives path, line number and line.',
      input: z.object({
        pattern: z
          .string()
          .min(1)
          .describe('Extended regular expression, as for grep -E.'),
        path: z
          .string()
          .default('.')
          .describe('File or folder relative to the workspace.'),
        name: z
          .string()
          .optional()
          .describe('Only files of this name pattern, such as "*.ts".'),
      }),
      action: ({ pattern }) => `Search for ${pattern}`,
      async execute({ pattern, path, name }, context) {
        const result = await runProcess({
          command: 'grep',
          args: [
            '-rnIE',
            '--exclude-dir=.git',
            '--exclude-dir=node_modules',
            ...(name ? [`--include=${name}`] : []),
            '-e',
            pattern,
            '--',
            await paths.shown(await paths.resolve(path)),
          ],
          cwd: session.workspaceDir,
          env: session.env,
          signal: context.signal,
          timeoutMs: SEARCH_TIMEOUT_MS,
          outputLimitBytes: OUTPUT_LIMIT_BYTES,
        });
        context.signal.throwIfAborted();
        if (result.timedOut)
          throw new Error('The search took too long. Search a smaller folder.');
        if (result.exitCode === 1) return 'Nothing was found.';
        if (result.exitCode !== 0 && !result.stdout)
          throw new Error(result.stderr.trim());
        return result.stdout;
      },
    }),
  ];
}

function outputOf({ stdout, stderr }: ProcessResult): string {
  return [stdout.trimEnd(), stderr.trimEnd()].filter(Boolean).join('\n');
}
