import type { TurnOutcome } from '../turns/Turn';
import { asText } from './expressions/Template';
import type { Scope } from './expressions/Expression';
import type { Playbook } from './Playbook';
import type { Bodies, Step, Verb } from './Step';
import type { StepContext, StepOutput, VerbWork } from './StepContext';
import { StepError } from './StepError';
import { artifactVerb } from './verbs/artifactVerb';
import { durationText } from './verbs/durationText';
import { askVerb } from './verbs/askVerb';
import { assertVerb } from './verbs/assertVerb';
import { httpVerb } from './verbs/httpVerb';
import { mcpVerb } from './verbs/mcpVerb';
import { modelVerb } from './verbs/modelVerb';
import { permitVerb } from './verbs/permitVerb';
import { runVerb } from './verbs/runVerb';
import { statusVerb } from './verbs/statusVerb';
import { beginningOf } from '../processes/wholeWords';

const work: { [V in Exclude<Verb, 'forEach'>]: VerbWork<V> } = {
  run: runVerb,
  http: httpVerb,
  mcp: mcpVerb,
  assert: assertVerb,
  ask: askVerb,
  permit: permitVerb,
  artifact: artifactVerb,
  status: statusVerb,
  model: modelVerb,
};

/** Time a step gets that names none: no step waits for ever. */
const DEFAULT_TIMEOUT_MS: Record<Verb, number> = {
  run: 10 * 60_000,
  http: 60_000,
  mcp: 2 * 60_000,
  assert: 10_000,
  ask: 30 * 60_000,
  permit: 30 * 60_000,
  artifact: 60_000,
  status: 10_000,
  model: 5 * 60_000,
  forEach: 60 * 60_000,
};

/** What a run needs besides the playbook: everything of a step's context that is the same for all steps. */
export type RunContext = Omit<
  StepContext,
  'stepName' | 'timeoutMs' | 'progress'
>;

interface Progress {
  outputs: Record<string, StepOutput>;
  lastText?: string;
  answer?: string;
  /** Steps of the whole playbook that are done; loops count as one. */
  done: number;
  total: number;
}

/**
 * Runs the steps in order. The answer is the artifact marked as the answer, or else the last text that a step gave.
 */
export async function runPlaybook(
  playbook: Playbook,
  scope: Scope,
  context: RunContext,
): Promise<TurnOutcome> {
  const progress: Progress = {
    outputs: {},
    done: 0,
    total: playbook.steps.length,
  };
  try {
    for (const step of playbook.steps) {
      await runSteps([step], scope, context, progress);
      progress.done += 1;
    }
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return {
      outcome: 'failed',
      error: { reason: error.reason, message: error.message },
    };
  }
  return {
    outcome: 'completed',
    answer: progress.answer ?? progress.lastText,
  };
}

async function runSteps(
  steps: readonly Step[],
  scope: Scope,
  context: RunContext,
  progress: Progress,
): Promise<void> {
  for (const step of steps) {
    context.signal.throwIfAborted();
    const stepScope = { ...scope, outputs: progress.outputs };
    if (step.when && step.when.evaluate(stepScope) !== true) {
      // A skipped step's output exists, so that later conditions need no guard.
      if (step.set) progress.outputs[step.set] = outputWithout('skipped');
      continue;
    }
    const output = await outputOf(step, stepScope, context, progress);
    if (step.set) progress.outputs[step.set] = output;
    if (output.text && step.verb !== 'status') progress.lastText = output.text;
    if (step.verb === 'artifact' && isAnswer(step, stepScope)) {
      progress.answer = output.text;
    }
  }
}

/** A step's output; for a failed one that may fail, what went wrong. */
async function outputOf(
  step: Step,
  scope: Scope,
  context: RunContext,
  progress: Progress,
): Promise<StepOutput> {
  try {
    const output = await runStep(step, scope, context, progress);
    return { skipped: false, failed: false, ...output };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    if (step.onFailure === 'fail') throw error;
    context.turn.emit('agent.status', {
      text: beginningOf(
        `Went on after "${step.name}": ${error.message}`,
        4_096,
      ),
    });
    return {
      ...outputWithout('failed'),
      error: { reason: error.reason, message: error.message },
    };
  }
}

/** What stands for the output of a step that gave none. */
function outputWithout(because: 'skipped' | 'failed'): StepOutput {
  return {
    text: '',
    skipped: because === 'skipped',
    failed: because === 'failed',
    approved: false,
  };
}

async function runStep(
  step: Step,
  scope: Scope,
  context: RunContext,
  progress: Progress,
): Promise<StepOutput> {
  const timeoutMs = step.timeoutMs ?? DEFAULT_TIMEOUT_MS[step.verb];
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = waitsForPeople(step.verb)
    ? context.signal // Its time-out is the request's, decided outside.
    : AbortSignal.any([context.signal, timeout]);
  const stepContext = {
    ...context,
    stepName: step.name,
    signal,
    timeoutMs,
    progress: { done: progress.done, total: progress.total },
  };
  try {
    if (step.verb === 'forEach') {
      const { in: items } = step.body.render(scope);
      return await runLoop(step, items, scope, stepContext, progress);
    }
    const body = step.body.render(scope);
    // The union's members pair each verb with its body; the compiler cannot follow that through an index.
    const perform = work[step.verb] as VerbWork<Verb>;
    return await perform(body as Bodies[Verb], stepContext);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof StepError && !timeout.aborted) throw error;
    if (timeout.aborted && signal !== context.signal) {
      throw new StepError(
        'StepTimedOut',
        `Step "${step.name}" was ended after ${durationText(
          timeoutMs,
        )}. Raise its timeout or do less.`,
        { cause: error },
      );
    }
    throw new StepError(
      'StepFailed',
      `Step "${step.name}" (line ${step.line}) failed: ${
        (error as Error).message
      }`,
      { cause: error },
    );
  }
}

async function runLoop(
  step: Step,
  items: unknown,
  scope: Scope,
  context: StepContext,
  progress: Progress,
): Promise<StepOutput> {
  if (!Array.isArray(items)) {
    throw new StepError(
      'StepFailed',
      `Step "${step.name}": forEach.in gave ${asText(items).slice(
        0,
        100,
      )}, which is not a list.`,
    );
  }
  const texts: string[] = [];
  for (const [index, item] of items.entries()) {
    const inner: Progress = {
      outputs: progress.outputs,
      done: progress.done,
      total: progress.total,
    };
    await runSteps(step.steps, { ...scope, item, index }, context, inner);
    texts.push(inner.lastText ?? '');
    progress.answer = inner.answer ?? progress.answer;
  }
  return { text: texts.filter(Boolean).join('\n'), texts, count: items.length };
}

function waitsForPeople(verb: Verb): boolean {
  return verb === 'ask' || verb === 'permit';
}

function isAnswer(step: Step, scope: Scope): boolean {
  return step.verb === 'artifact' && step.body.render(scope).answer === true;
}
