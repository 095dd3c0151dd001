import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { runProcess, type ProcessResult } from '../../processes/runProcess';
import { StepError } from '../StepError';
import type { VerbWork } from '../StepContext';
import { durationText } from './durationText';
import { endOf } from '../../processes/wholeWords';

/** Kept of a step's output; more belongs into a file. Far below the megabyte that an event may hold. */
const OUTPUT_LIMIT_BYTES = 256 * 1024;

/** What the tail of a failed script may add to the error's sentence. */
const ERROR_TAIL_CHARACTERS = 600;

/** Runs a shell script in the workspace; its output streams while it runs. */
export const runVerb: VerbWork<'run'> = async (body, context) => {
  const { turn, session } = context;
  const callId = randomUUID();
  const resultId = randomUUID();
  turn.emit('agent.tool_call', {
    tool_use_id: callId,
    tool_name: 'run',
    input: { step: context.stepName, script: body.script.shown },
  });
  const result = await runProcess({
    command: body.shell ?? 'sh',
    args: ['-e', '-c', body.script.script],
    cwd: resolve(session.workspaceDir, body.workingDir ?? '.'),
    env: { ...session.env, ...body.env, ...body.script.env },
    signal: context.signal,
    timeoutMs: context.timeoutMs,
    outputLimitBytes: OUTPUT_LIMIT_BYTES,
    onOutput: text =>
      turn.emit('delta.tool_output', {
        event_id: resultId,
        tool_use_id: callId,
        text,
      }),
  });
  const problem = problemOf(result, context.timeoutMs);
  turn.emit(
    'agent.tool_result',
    {
      tool_use_id: callId,
      tool_name: 'run',
      content: problem ? `${joined(result)}\n(it ${problem})` : joined(result),
      is_error: problem !== undefined,
      duration_ms: result.durationMs,
    },
    resultId,
  );
  if (problem) {
    const tail = endOf(joined(result).trim(), ERROR_TAIL_CHARACTERS);
    throw new StepError(
      result.timedOut || result.aborted ? 'StepTimedOut' : 'StepFailed',
      `Step "${context.stepName}" ${problem}.${
        tail ? ` It said: ${tail}` : ''
      }`,
    );
  }
  const text = result.stdout.trim();
  return { text, stderr: result.stderr, exitCode: 0, json: jsonOf(text) };
};

function problemOf(
  result: ProcessResult,
  timeoutMs: number,
): string | undefined {
  if (result.timedOut || result.aborted) {
    return `was ended after ${durationText(
      timeoutMs,
    )}; raise its timeout or do less`;
  }
  if (result.killedBy) return `was killed by ${result.killedBy}`;
  if (result.exitCode !== 0) return `ended with exit code ${result.exitCode}`;
  return undefined;
}

function joined(result: ProcessResult): string {
  return [result.stdout, result.stderr].filter(Boolean).join('\n');
}

function jsonOf(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Text that only begins like JSON: `text` has it.
  }
}
